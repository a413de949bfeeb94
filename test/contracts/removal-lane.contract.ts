import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RemovalLane } from '../../src/sandbox/ports/removal-lane.js';
import type { StartQueue } from '../../src/sandbox/ports/start-queue.js';
import { HeldWork } from '../fakes/deferred.js';

const LONG = { waitMs: 10_000, isAwaited: false };
const MANY = 40;

/** What every RemovalLane promises, beside a start queue that lets eight in at the most. */
export function itIsARemovalLane(create: (starts: StartQueue) => RemovalLane, queue: () => StartQueue): void {
  describe('as a RemovalLane', () => {
    let starts: StartQueue;
    let lane: RemovalLane;
    let removals: HeldWork[];
    let start: HeldWork;

    beforeEach(() => {
      jest.useFakeTimers();
      starts = queue();
      lane = create(starts);
      removals = Array.from({ length: MANY }, () => new HeldWork());
      start = new HeldWork();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);
    const begun = (): number => removals.filter(({ hasBegun }) => hasBegun).length;
    const removeAll = (terms = LONG): Promise<unknown> =>
      Promise.all(removals.map((removal) => lane.run(terms, removal.run)));
    const releaseAll = (): void => removals.forEach((removal) => removal.release());

    it('gives back what the removal gives, and what it throws', async () => {
      await expect(lane.run(LONG, () => Promise.resolve('gone'))).resolves.toBe('gone');
      await expect(lane.run(LONG, () => Promise.reject(new Error('stuck')))).rejects.toThrow('stuck');
    });

    it('bounds the removals while nothing starts, and tells how many wait', async () => {
      const all = removeAll();
      await settle();
      expect(begun()).toBeGreaterThan(1);
      expect(begun()).toBeLessThan(MANY);
      expect(lane.depth()).toBe(MANY - begun());
      releaseAll();
      await all;
      expect(lane.depth()).toBe(0);
    });

    it('has fewer places while something starts, one at least, and the others again afterwards', async () => {
      const starting = starts.run(0, start.run);
      const all = removeAll();
      await settle();
      const beside = begun();
      expect(beside).toBeGreaterThanOrEqual(1);
      expect(beside).toBeLessThanOrEqual(Math.max(1, starts.limit() / 2));
      start.release();
      await starting;
      removals[0]?.release();
      await settle();
      expect(begun()).toBeGreaterThan(beside + 1);
      releaseAll();
      await all;
    });

    it('goes on, one after the other at least, however long the starts take', async () => {
      const starting = starts.run(0, start.run);
      const all = removeAll();
      releaseAll();
      await all;
      expect(begun()).toBe(MANY);
      start.release();
      await starting;
    });

    it('lets go ahead what has waited long enough', async () => {
      const all = removeAll({ waitMs: 50, isAwaited: true });
      await jest.advanceTimersByTimeAsync(49);
      expect(begun()).toBeLessThan(MANY);
      await jest.advanceTimersByTimeAsync(1);
      expect(begun()).toBe(MANY);
      releaseAll();
      await all;
    });

    it('counts what went ahead, so that the others keep back', async () => {
      const all = removeAll();
      const ahead = [new HeldWork(), new HeldWork()];
      const going = ahead.map((removal) => lane.run({ waitMs: 0, isAwaited: true }, removal.run));
      await settle();
      const before = begun();
      expect(ahead.map(({ hasBegun }) => hasBegun)).toEqual([true, true]);
      removals[0]?.release();
      removals[1]?.release();
      await settle();
      expect(begun()).toBe(before);
      releaseAll();
      ahead.forEach((removal) => removal.release());
      await Promise.all([all, ...going]);
    });

    it('prefers those that somebody waits for', async () => {
      const all = removeAll();
      const awaited = new HeldWork();
      const ended = lane.run({ waitMs: 10_000, isAwaited: true }, awaited.run);
      await settle();
      const before = begun();
      expect(awaited.hasBegun).toBe(false);
      removals[0]?.release();
      await settle();
      expect(awaited.hasBegun).toBe(true);
      expect(begun()).toBe(before);
      awaited.release();
      releaseAll();
      await Promise.all([all, ended]);
    });

    it('gives the place of a failed removal to the next', async () => {
      const failed = new HeldWork();
      const failing = lane.run(LONG, failed.run);
      failed.fail(new Error('stuck'));
      await expect(failing).rejects.toThrow('stuck');
      const all = Promise.allSettled(removals.map((removal) => lane.run(LONG, removal.run)));
      releaseAll();
      await all;
      expect(lane.depth()).toBe(0);
    });
  });
}
