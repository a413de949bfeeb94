import { describe, expect, it } from '@jest/globals';
import { HeldWork, reactions } from '../../../test/fakes/deferred.js';
import { forEachBounded } from './bounded-concurrency.js';

describe('forEachBounded', () => {
  it('works on every item once, and never on more than the limit at a time', async () => {
    const worked: number[] = [];
    let atWork = 0;
    let most = 0;
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      atWork += 1;
      most = Math.max(most, atWork);
      await reactions();
      worked.push(item);
      atWork -= 1;
    });
    expect(worked.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('does not let one slow item hold up the others', async () => {
    const slow = new HeldWork();
    const done: string[] = [];
    const all = forEachBounded(['slow', 'b', 'c', 'd'], 2, async (item) => {
      if (item === 'slow') await slow.run();
      done.push(item);
    });
    await reactions();
    expect(done).toEqual(['b', 'c', 'd']);
    slow.release();
    await all;
    expect(done).toEqual(['b', 'c', 'd', 'slow']);
  });

  it.each([0, 1])('copes with fewer items than the limit: %d', async (count) => {
    const items = Array.from({ length: count }, (_, index) => index);
    const worked: number[] = [];
    await forEachBounded(items, 8, (item) => {
      worked.push(item);
      return Promise.resolve();
    });
    expect(worked).toEqual(items);
  });
});
