import { describe, expect, it } from '@jest/globals';
import { aSandbox } from '../../../test/builders/containers.js';
import { later, NOW } from '../../../test/builders/times.js';
import { isExpired } from './sandbox.js';

describe('isExpired', () => {
  it.each([
    ['a millisecond before its end', -1, true],
    ['at its very end', 0, true],
    ['a millisecond after now', 1, false],
  ])('with an end %s from now', (_, offsetMs, expected) => {
    expect(isExpired(aSandbox({ expiresAt: later(NOW, offsetMs) }), NOW)).toBe(expected);
  });
});
