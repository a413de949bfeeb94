import { describe, expect, it } from '@jest/globals';
import { UsageTally } from './usage-tally.js';

const sums = (...outputs: string[]): Record<string, number> => {
  const tally = new UsageTally();
  for (const output of outputs) tally.add(output);
  return Object.fromEntries(tally.bytesByStart);
};

describe('UsageTally', () => {
  it('sums up by where the files were found, in whatever pieces the lines come', () => {
    const output = 'one 10 8 1 100\ntwo 4096 8 1 101\none 5 8 1 102\n';
    expect(sums(output)).toEqual({ one: 15, two: 4096 });
    expect(sums(...output.split(/(?=.)/s))).toEqual({ one: 15, two: 4096 });
  });

  it('counts the lesser of size and allocated blocks', () => {
    expect(sums('sparse 1099511627776 16 1 100\nsmall 10 8 1 101\n')).toEqual({ sparse: 8192, small: 10 });
  });

  it('counts a file of several names once, where it is met first', () => {
    expect(sums('one 10 8 2 100\none 10 8 2 100\ntwo 10 8 3 100\ntwo 10 8 2 101\n')).toEqual({
      one: 10,
      two: 10,
    });
  });
});
