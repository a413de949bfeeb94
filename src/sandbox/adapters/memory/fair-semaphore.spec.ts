import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HeldWork } from '../../../../test/fakes/deferred.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

describe('FairSemaphore', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

  it('begins at once while there is room, without a timer', () => {
    const work = new HeldWork();
    void new FairSemaphore(1).run(0, work.run);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets none that arrives later slip in before one that waits', async () => {
    const semaphore = new FairSemaphore(1);
    const order: string[] = [];
    const first = new HeldWork();
    const firstRun = semaphore.run(100, first.run).then(() => {
      // The place is free by now, and the waiter has not gone on yet.
      const newcomer = semaphore.run(100, () => Promise.resolve(order.push('newcomer')));
      return newcomer;
    });
    const waiter = semaphore.run(100, () => Promise.resolve(order.push('waiter')));
    first.release();
    await Promise.all([firstRun, waiter]);
    expect(order).toEqual(['waiter', 'newcomer']);
  });

  it('refuses at once what may not wait', async () => {
    const semaphore = new FairSemaphore(1);
    const holder = new HeldWork();
    const held = semaphore.run(0, holder.run);
    for (const waitMs of [0, -5]) {
      const refused = expect(semaphore.run(waitMs, holder.run)).rejects.toEqual(
        new TurnRefusedError('timeout'),
      );
      await jest.advanceTimersByTimeAsync(1);
      await refused;
    }
    holder.release();
    await held;
  });

  it('does not lose the place of one that gave up', async () => {
    const semaphore = new FairSemaphore(1);
    const holder = new HeldWork();
    const held = semaphore.run(0, holder.run);
    const refused = expect(semaphore.run(20, holder.run)).rejects.toThrow(TurnRefusedError);
    await jest.advanceTimersByTimeAsync(20);
    await refused;
    holder.release();
    await held;
    await expect(semaphore.run(0, () => Promise.resolve('in'))).resolves.toBe('in');
  });

  it('tells how many wait and whether anything goes on, and leaves no timer behind', async () => {
    const semaphore = new FairSemaphore(1);
    expect(semaphore.isIdle).toBe(true);
    const holder = new HeldWork();
    const runs = [semaphore.run(100, holder.run), semaphore.run(100, () => Promise.resolve())];
    await settle();
    expect([semaphore.waiting, semaphore.isIdle]).toEqual([1, false]);
    holder.release();
    await Promise.all(runs);
    expect([semaphore.waiting, semaphore.isIdle]).toEqual([0, true]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('can turn all away that wait, and goes on with the others', async () => {
    const semaphore = new FairSemaphore(1);
    const holder = new HeldWork();
    const held = semaphore.run(100, holder.run);
    const waiters = Promise.allSettled([semaphore.run(100, holder.run), semaphore.run(100, holder.run)]);
    semaphore.refuseWaiting();
    expect(await waiters).toMatchObject([{ reason: { reason: 'closed' } }, { reason: { reason: 'closed' } }]);
    holder.release();
    await expect(held).resolves.toBeUndefined();
    expect(semaphore.isIdle).toBe(true);
  });

  it('lets in at once as many as it has become wider', async () => {
    const semaphore = new FairSemaphore(1);
    const works = [1, 2, 3, 4].map(() => new HeldWork());
    const all = works.map((work) => semaphore.run(100, work.run));
    semaphore.resize(3);
    await settle();
    expect(works.map(({ hasBegun }) => hasBegun)).toEqual([true, true, true, false]);
    expect(semaphore.running).toBe(3);
    works.forEach((work) => work.release());
    await Promise.all(all);
  });

  it('lets none in until those inside are fewer than it has become narrow', async () => {
    const semaphore = new FairSemaphore(3);
    const works = [1, 2, 3, 4].map(() => new HeldWork());
    const all = works.map((work) => semaphore.run(100, work.run));
    semaphore.resize(1);
    works[0]?.release();
    works[1]?.release();
    await settle();
    expect(works[3]?.hasBegun).toBe(false);
    works[2]?.release();
    await settle();
    expect(works[3]?.hasBegun).toBe(true);
    works[3]?.release();
    await Promise.all(all);
  });

  it('lets the preferred in first, and each kind in the order of arrival', async () => {
    const semaphore = new FairSemaphore(1);
    const order: string[] = [];
    const holder = new HeldWork();
    const held = semaphore.run(100, holder.run);
    const enter = (name: string, isPreferred: boolean): Promise<number> =>
      semaphore.run(100, () => Promise.resolve(order.push(name)), isPreferred);
    const all = [enter('c', false), enter('a', true), enter('d', false), enter('b', true)];
    expect(semaphore.waiting).toBe(4);
    holder.release();
    await Promise.all([held, ...all]);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });
});
