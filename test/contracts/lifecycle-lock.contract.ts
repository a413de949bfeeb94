import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LifecycleLock, LockTimeoutError } from '../../src/sandbox/ports/lifecycle-lock.js';
import { CHAT, OTHER_CHAT } from '../builders/ids.js';
import { HeldWork } from '../fakes/deferred.js';

/** What every LifecycleLock promises. */
export function itIsALifecycleLock(create: () => LifecycleLock): void {
  describe('as a LifecycleLock', () => {
    let lock: LifecycleLock;

    beforeEach(() => {
      jest.useFakeTimers();
      lock = create();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

    it('gives back what the work gives, and what it throws', async () => {
      await expect(lock.runExclusive(CHAT, 10, () => Promise.resolve('done'))).resolves.toBe('done');
      const failing = lock.runExclusive(CHAT, 10, () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
    });

    it('tells whether work on a chat runs or waits', async () => {
      expect(lock.isBusy(CHAT)).toBe(false);
      const works = [new HeldWork(), new HeldWork()];
      const runs = works.map((work) => lock.runExclusive(CHAT, 1000, work.run));
      for (const [index, work] of works.entries()) {
        expect([lock.isBusy(CHAT), lock.isBusy(OTHER_CHAT)]).toEqual([true, false]);
        work.release();
        await runs[index];
      }
      expect(lock.isBusy(CHAT)).toBe(false);
    });

    it('runs the work on one chat one after the other, in the order of the calls', async () => {
      const ended: number[] = [];
      const works = [1, 2, 3].map(() => new HeldWork());
      const runs = works.map((work, index) =>
        lock.runExclusive(CHAT, 1000, work.run).then(() => ended.push(index)),
      );
      for (const [index, work] of works.entries()) {
        await settle();
        expect(works.map(({ hasBegun }) => hasBegun)).toEqual(works.map((_, other) => other <= index));
        work.release();
      }
      await Promise.all(runs);
      expect(ended).toEqual([0, 1, 2]);
    });

    it('lets different chats run beside each other', async () => {
      const [one, other] = [new HeldWork(), new HeldWork()];
      const runs = [lock.runExclusive(CHAT, 10, one.run), lock.runExclusive(OTHER_CHAT, 10, other.run)];
      await settle();
      expect([one.hasBegun, other.hasBegun]).toEqual([true, true]);
      one.release();
      other.release();
      await Promise.all(runs);
    });

    it('goes on to the next after work that failed', async () => {
      const [failing, next] = [new HeldWork(), new HeldWork()];
      const runs = [lock.runExclusive(CHAT, 10, failing.run), lock.runExclusive(CHAT, 10, next.run)];
      const settled = Promise.allSettled(runs);
      failing.fail(new Error('no'));
      next.release();
      expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    });

    it('refuses work whose turn does not come in time, which then never begins', async () => {
      const [holder, late, next] = [new HeldWork(), new HeldWork(), new HeldWork()];
      const held = lock.runExclusive(CHAT, 10, holder.run);
      const refused = expect(lock.runExclusive(CHAT, 50, late.run)).rejects.toThrow(LockTimeoutError);
      const patient = lock.runExclusive(CHAT, 500, next.run);
      await jest.advanceTimersByTimeAsync(50);
      await refused;
      holder.release();
      next.release();
      await Promise.all([held, patient]);
      expect([late.hasBegun, next.hasBegun]).toEqual([false, true]);
    });

    it('does not limit the work itself', async () => {
      const work = new HeldWork();
      const run = lock.runExclusive(CHAT, 10, work.run);
      await jest.advanceTimersByTimeAsync(1000);
      work.release();
      await expect(run).resolves.toBeUndefined();
    });

    it('is idle once nothing runs or waits', async () => {
      await lock.whenIdle();
      const works = [new HeldWork(), new HeldWork(), new HeldWork()];
      const runs = works.map((work, index) =>
        lock.runExclusive(index === 2 ? OTHER_CHAT : CHAT, 1000, work.run),
      );
      let isIdle = false;
      const idle = lock.whenIdle().then(() => (isIdle = true));
      for (const work of works) {
        await settle();
        expect(isIdle).toBe(false);
        work.release();
      }
      await Promise.all([...runs, idle]);
      expect(isIdle).toBe(true);
    });
  });
}
