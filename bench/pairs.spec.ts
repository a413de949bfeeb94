import { describe, expect, it } from '@jest/globals';
import { median, pairsOf, quantile, takePairs, takeRounds } from '#pairs';

const NEVER = new AbortController().signal;

describe('rounds', () => {
  it('give every side its turn, forth and then back', async () => {
    const turns: string[] = [];
    const rounds = await takeRounds(
      2,
      { one: 'A', two: 'B', three: 'C' },
      (side) => Promise.resolve(turns.push(side)),
      NEVER,
    );
    expect(turns.join('')).toBe('ABCCBA');
    expect(rounds).toEqual([
      { one: 1, two: 2, three: 3 },
      { three: 4, two: 5, one: 6 },
    ]);
  });

  it('end with the run', async () => {
    const abort = new AbortController();
    const taken = takePairs(
      5,
      { service: 'A', floor: 'B' },
      () => {
        abort.abort(new Error('Ctrl-C'));
        return Promise.resolve(1);
      },
      abort.signal,
    );
    await expect(taken).rejects.toThrow('Ctrl-C');
  });

  it('compare the service with one other side at a time', () => {
    const rounds = [{ service: { ms: 10 }, floor: { ms: 5 }, peer: { ms: 20 } }];
    expect(pairsOf(rounds, 'peer', ({ ms }) => ms)).toEqual([{ service: 10, floor: 20 }]);
  });
});

describe('quantiles', () => {
  it('lie between the two values that are nearest', () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBeCloseTo(1.75);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1])).toBe(2.5);
  });

  it('of nothing are an error', () => {
    expect(() => median([])).toThrow('no values');
  });
});
