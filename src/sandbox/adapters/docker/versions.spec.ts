import { describe, expect, it } from '@jest/globals';
import { isOlder, parseVersion, type Version } from './versions.js';

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (parsed === null) throw new Error(`${text} is no version`);
  return parsed;
};

describe('parseVersion', () => {
  it.each([
    ['1.1.5+ds1', [1, 1, 5, null]],
    ['1.1.5+ds1-1+deb12u1', [1, 1, 5, null]],
    ['20.10.24+dfsg1', [20, 10, 24, null]],
    ['v1.2.8', [1, 2, 8, null]],
    ['1.4.0-rc.3', [1, 4, 0, 3]],
    ['1.0.0-rc93', [1, 0, 0, 93]],
    ['1.0.0~rc6+dfsg1', [1, 0, 0, 6]],
    ['29.3', [29, 3, 0, null]],
    ['27.0.3-rd', [27, 0, 3, null]],
  ])('reads %s', (text, [major, minor, patch, candidate]) => {
    expect(parseVersion(text)).toEqual({ major, minor, patch, candidate });
  });

  it.each(['', 'dev', 'library-import', '51d5e946'])('gives null for %j', (text) => {
    expect(parseVersion(text)).toBeNull();
  });
});

describe('isOlder', () => {
  it.each([
    ['1.1.11', '1.1.12'],
    ['1.1.12', '1.2.0'],
    ['1.9.9', '2.0.0'],
    ['1.4.0-rc.2', '1.4.0-rc.3'],
    ['1.4.0-rc.3', '1.4.0'],
    ['20.10.24+dfsg1', '23.0.15'],
  ])('%s is older than %s, and not the other way', (one, other) => {
    expect([isOlder(version(one), version(other)), isOlder(version(other), version(one))]).toEqual([
      true,
      false,
    ]);
  });

  it('is not so of the same', () => {
    expect(isOlder(version('1.2.8'), version('1.2.8+ds1'))).toBe(false);
  });
});
