import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StartQueue } from '../../src/sandbox/ports/start-queue.js';
import { StartRefusedError } from '../../src/sandbox/ports/start-queue.js';
import { HeldWork } from '../fakes/deferred.js';

/** What every StartQueue promises. */
export function itIsAStartQueue(create: (maxConcurrentStarts: number) => StartQueue): void {
  describe('as a StartQueue', () => {
    let queue: StartQueue;
    let starts: HeldWork[];

    beforeEach(() => {
      jest.useFakeTimers();
      queue = create(2);
      starts = [1, 2, 3, 4].map(() => new HeldWork());
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    const begun = (): boolean[] => starts.map(({ hasBegun }) => hasBegun);
    const runAll = (waitMs: number): Promise<PromiseSettledResult<void>[]> =>
      Promise.allSettled(starts.map((start) => queue.run(waitMs, start.run)));
    const releaseAll = (): void => starts.forEach((start) => start.release());
    const refused = (reason: string): unknown => ({
      status: 'rejected',
      reason: new StartRefusedError(reason as 'closed'),
    });

    it('tells for how long no start has run or waited', async () => {
      expect(queue.idleMs()).toBe(Infinity);
      const all = runAll(1000);
      await jest.advanceTimersByTimeAsync(500);
      expect(queue.idleMs()).toBe(0);
      releaseAll();
      await all;
      await jest.advanceTimersByTimeAsync(70);
      expect(queue.idleMs()).toBe(70);
      queue.close();
      await Promise.allSettled([queue.run(10, () => Promise.resolve())]);
      expect(queue.idleMs()).toBe(70);
    });

    it('gives back what the start gives, and what it throws', async () => {
      await expect(queue.run(10, () => Promise.resolve('up'))).resolves.toBe('up');
      await expect(queue.run(10, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    });

    it('lets as many in as may be, and the others in the order of arrival', async () => {
      const all = runAll(1000);
      await jest.advanceTimersByTimeAsync(0);
      expect(begun()).toEqual([true, true, false, false]);
      expect(queue.depth()).toBe(2);
      starts[1]?.release();
      await jest.advanceTimersByTimeAsync(0);
      expect(begun()).toEqual([true, true, true, false]);
      expect(queue.depth()).toBe(1);
      releaseAll();
      await all;
      expect(begun()).toEqual([true, true, true, true]);
      expect(queue.depth()).toBe(0);
    });

    it('tells how many run, and how many may', async () => {
      expect(queue.running()).toBe(0);
      expect(queue.limit()).toBe(2);
      const all = runAll(1000);
      await jest.advanceTimersByTimeAsync(0);
      expect(queue.running()).toBe(2);
      releaseAll();
      await all;
      expect(queue.running()).toBe(0);
      expect(queue.limit()).toBeGreaterThanOrEqual(1);
      expect(queue.limit()).toBeLessThanOrEqual(2);
    });

    it('gives the place of a failed start to the next', async () => {
      const all = runAll(1000);
      starts[0]?.fail(new Error('down'));
      await jest.advanceTimersByTimeAsync(0);
      expect(begun()).toEqual([true, true, true, false]);
      releaseAll();
      await all;
    });

    it('refuses what has waited too long, which then never begins', async () => {
      const all = runAll(50);
      await jest.advanceTimersByTimeAsync(50);
      releaseAll();
      const results = await all;
      expect(results.slice(2)).toEqual([refused('timeout'), refused('timeout')]);
      expect(results.slice(2)).toMatchObject([
        { reason: { reason: 'timeout' } },
        { reason: { reason: 'timeout' } },
      ]);
      expect(begun()).toEqual([true, true, false, false]);
    });

    it('refuses those that wait and all that come once it is closed, and lets those inside finish', async () => {
      const all = runAll(1000);
      await jest.advanceTimersByTimeAsync(0);
      queue.close();
      const afterwards = queue.run(1000, () => Promise.resolve());
      await expect(afterwards).rejects.toMatchObject({ reason: 'closed' });
      releaseAll();
      const results = await all;
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
      expect(results.slice(2)).toMatchObject([
        { reason: { reason: 'closed' } },
        { reason: { reason: 'closed' } },
      ]);
      expect(begun()).toEqual([true, true, false, false]);
    });

    it('is closed also when there is room', async () => {
      queue.close();
      await expect(queue.run(1000, () => Promise.resolve())).rejects.toBeInstanceOf(StartRefusedError);
    });
  });
}
