import { describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { DirectoryVersions } from './directory-versions.js';

describe('DirectoryVersions', () => {
  let nowMs = 1000;
  const versions = new DirectoryVersions(() => nowMs);
  const look = (version: string, isInOrder = true, chatId = CHAT): boolean => {
    const endLook = versions.beginLook(chatId, version);
    endLook?.(isInOrder);
    return endLook !== null;
  };

  it('looks again until a look in order began well after the version was first seen', () => {
    expect(look('1')).toBe(true);
    nowMs += 50;
    expect(look('1')).toBe(true);
    nowMs += 100;
    expect(look('1', false)).toBe(true);
    expect(look('1')).toBe(true);
    expect(look('1')).toBe(false);
    expect(look('1', true, OTHER_CHAT)).toBe(true);
  });

  it('looks again at another version', () => {
    expect(look('2')).toBe(true);
    nowMs += 100;
    expect([look('2'), look('2'), look('1')]).toEqual([true, false, true]);
  });
});
