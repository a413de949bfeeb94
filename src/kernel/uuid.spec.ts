import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseUuid } from './uuid.js';

const CANONICAL = '3701cfe3-e05e-48af-8385-442dcd954ca2';

describe('parseUuid', () => {
  it.each([
    ['the canonical form', CANONICAL],
    ['upper case', CANONICAL.toUpperCase()],
    ['mixed case', '3701CFE3-e05e-48AF-8385-442dcd954ca2'],
    ['no hyphens', CANONICAL.replaceAll('-', '')],
    ['no hyphens in upper case', CANONICAL.replaceAll('-', '').toUpperCase()],
  ])('accepts %s and gives the canonical form', (_, text) => {
    expect(parseUuid(text)).toBe(CANONICAL);
  });

  it.each([
    ['nothing', ''],
    ['one hyphen only', '3701cfe3-e05e48af8385442dcd954ca2'],
    ['three of four hyphens', '3701cfe3-e05e-48af-8385442dcd954ca2'],
    ['a misplaced hyphen', '3701cfe-3e05e-48af-8385-442dcd954ca2'],
    ['a digit too few', CANONICAL.slice(1)],
    ['a digit too many', `${CANONICAL}0`],
    ['a letter beyond f', CANONICAL.replace('c', 'g')],
    ['braces', `{${CANONICAL}}`],
    ['a URN', `urn:uuid:${CANONICAL}`],
    ['a leading space', ` ${CANONICAL}`],
    ['a final newline', `${CANONICAL}\n`],
    ['letters that only look like hexadecimal ones', CANONICAL.replace('c', '\u0441')],
  ])('refuses %s', (_, text) => {
    expect(parseUuid(text)).toBeNull();
  });

  it('gives one answer for every spelling of any UUID', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const spellings = [uuid, uuid.toUpperCase(), uuid.replaceAll('-', '')];
        expect(spellings.map(parseUuid)).toEqual([uuid, uuid, uuid]);
      }),
    );
  });
});
