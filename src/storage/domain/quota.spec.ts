import { describe, expect, it } from '@jest/globals';
import { afterSettling, countedAfter, creditOf, fits, usedAfterMeasuring } from './quota.js';

describe('fits', () => {
  const claims = { usedBytes: 50, reservedBytes: 30 };

  it.each([
    [20, true],
    [21, false],
    [1, true],
  ])('beside 50 used and 30 reserved of 100, %i more: %s', (addedBytes, expected) => {
    expect(fits(claims, addedBytes, 100)).toBe(expected);
  });

  it.each([0, -1])('adding %i fits even where the quota is passed already', (addedBytes) => {
    expect(fits({ usedBytes: 101, reservedBytes: 0 }, addedBytes, 100)).toBe(true);
  });

  it('refuses the least byte where the quota is passed, or is nothing', () => {
    expect(fits({ usedBytes: 101, reservedBytes: 0 }, 1, 100)).toBe(false);
    expect(fits({ usedBytes: 0, reservedBytes: 0 }, 1, 0)).toBe(false);
  });

  it('lets everything in where there is no quota', () => {
    expect(fits(claims, Number.MAX_SAFE_INTEGER, Infinity)).toBe(true);
  });
});

describe('creditOf', () => {
  it.each([
    [10, 10, 10],
    [90, 10, 10],
    [4, 10, 4],
    [90, 0, 0],
  ])(
    'takes off, of %i present and %i counted, %i, or all once it is measured',
    (present, counted, expected) => {
      expect(creditOf(present, counted, 'counted')).toBe(expected);
      expect(creditOf(present, counted, 'present')).toBe(present);
    },
  );
});

describe('countedAfter', () => {
  it.each([
    ['extended', 10, 5, 15, 15],
    ['extended with what the sandbox had added', 10, 5, 65, 15],
    ['replaced', 10, -9, 1, 1],
    ['replaced once it was measured', 10, -59, 1, 0],
    ['replaced when the sandbox had cut it short', 10, -3, 1, 1],
  ])(
    'of a content that was %s is no more than was put on, nor than there is',
    (_, counted, net, size, expected) => {
      expect(countedAfter(counted, net, size)).toBe(expected);
    },
  );
});

describe('afterSettling', () => {
  it('counts what was added as used and as written', () => {
    expect(afterSettling({ usedBytes: 50, writtenBytes: 70 }, 7)).toEqual({
      usedBytes: 57,
      writtenBytes: 77,
    });
  });

  it('frees, and has written nothing then', () => {
    expect(afterSettling({ usedBytes: 50, writtenBytes: 70 }, -7)).toEqual({
      usedBytes: 43,
      writtenBytes: 70,
    });
  });

  it('never uses less than nothing', () => {
    expect(afterSettling({ usedBytes: 5, writtenBytes: 70 }, -7)).toEqual({ usedBytes: 0, writtenBytes: 70 });
  });
});

describe('usedAfterMeasuring', () => {
  it('is what was measured, and what was written since it began', () => {
    expect(usedAfterMeasuring(40, 70, { usedBytes: 999, writtenBytes: 75 })).toBe(45);
    expect(usedAfterMeasuring(40, 70, { usedBytes: 999, writtenBytes: 70 })).toBe(40);
  });
});
