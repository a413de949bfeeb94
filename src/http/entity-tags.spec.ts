import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAlreadyHeld, isRangeCurrent, tagsToMatch } from './entity-tags.js';

describe('tagsToMatch', () => {
  it.each([
    [undefined, null],
    ['*', 'any'],
    [' * ', 'any'],
    ['"a"', ['a']],
    ['"a","b" , "c"', ['a', 'b', 'c']],
    [', "a", ,', ['a']],
    ['"a, b"', []],
    ['"a,b"', ['a,b']],
    ['""', ['']],
    ['W/"a"', []],
    ['W/"a", "b"', ['b']],
    ['w/"b"', []],
    ['', []],
    ['a', []],
    ['"a" "b"', []],
    ['"a', []],
    ['*, "a"', []],
    ['"a", b', []],
  ])('of %j are %j', (header, tags) => {
    expect(tagsToMatch(header)).toEqual(tags);
  });

  it('are those that were listed, whatever is in them', () => {
    const tag = fc.stringMatching(/^[!#-~]*$/);
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
        expect(tagsToMatch(tags.map((each) => `"${each}"`).join(', '))).toEqual(tags);
      }),
    );
  });
});

describe('isAlreadyHeld', () => {
  it.each([
    [undefined, false],
    ['*', true],
    ['"t"', true],
    ['W/"t"', true],
    ['"x", W/"t"', true],
    ['"x"', false],
    ['t', false],
    ['"t" x', false],
    ['', false],
  ])('by %j: %s', (header, isHeld) => {
    expect(isAlreadyHeld(header, 't')).toBe(isHeld);
  });
});

describe('isRangeCurrent', () => {
  it.each([
    [undefined, true],
    ['"t"', true],
    ['W/"t"', false],
    ['"x"', false],
    ['Wed, 21 Oct 2026 07:28:00 GMT', false],
  ])('by %j: %s', (header, isCurrent) => {
    expect(isRangeCurrent(header, 't')).toBe(isCurrent);
  });
});
