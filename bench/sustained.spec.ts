import { describe, expect, it } from '@jest/globals';
import { ratesOf } from '#sustained';

describe('the rates of a closed loop', () => {
  it('count the burst until its last create, and the rest in the second half alone', () => {
    // Two at once that were ready, then one a second, the last one after the time was over.
    const endsMs = [100, 100, 1000, 2000, 3000, 4000, 5000];
    expect(ratesOf(endsMs, 4000, 2)).toEqual({ burst: 20, sustained: 1 });
  });

  it('are none when there was not even a burst', () => {
    expect(() => ratesOf([100], 4000, 2)).toThrow('only 1 creates in 4000 ms');
  });
});
