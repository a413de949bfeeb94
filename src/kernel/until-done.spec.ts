import { describe, expect, it } from '@jest/globals';
import { untilDone } from './until-done.js';

describe('untilDone', () => {
  it('tries until it is done, and counts', async () => {
    const tries: number[] = [];
    await untilDone((number) => Promise.resolve(tries.push(number) === 3), 1, new AbortController().signal);
    expect(tries).toEqual([1, 2, 3]);
  });

  it('ends its pause when it is told to stop, and tries no more', async () => {
    const stop = new AbortController();
    let tries = 0;
    const trying = untilDone(() => Promise.resolve((tries += 1) < 0), 3_600_000, stop.signal);
    await new Promise(setImmediate);
    stop.abort();
    await trying;
    await untilDone(() => Promise.resolve((tries += 1) < 0), 1, stop.signal);
    expect(tries).toBe(1);
  });
});
