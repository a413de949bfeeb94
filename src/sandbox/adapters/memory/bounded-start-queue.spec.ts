import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { itIsAStartQueue } from '../../../../test/contracts/start-queue.contract.js';
import { HeldWork, reactions } from '../../../../test/fakes/deferred.js';
import { type RuntimeFailure, SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { BoundedStartQueue } from './bounded-start-queue.js';

const aQueue = (maxConcurrentStarts: number): BoundedStartQueue =>
  new BoundedStartQueue(aSandboxConfig({ maxConcurrentStarts }));

const fail = (queue: BoundedStartQueue, failure: RuntimeFailure): Promise<unknown> =>
  queue.run(0, () => Promise.reject(new SandboxRuntimeError(failure, 'injected'))).catch(() => null);

describe('BoundedStartQueue', () => {
  itIsAStartQueue(aQueue);

  it.each(['timed-out', 'unreachable'] as const)('lets fewer in after a start that %s', async (failure) => {
    const queue = aQueue(4);
    await fail(queue, failure);
    expect(queue.limit()).toBe(2);
    const starts = [1, 2, 3, 4].map(() => new HeldWork());
    const all = starts.map((start) => queue.run(1000, start.run));
    await reactions();
    expect(starts.map(({ hasBegun }) => hasBegun)).toEqual([true, true, false, false]);
    starts.forEach((start) => start.release());
    await Promise.all(all);
  });

  it.each(['image-missing', 'failed', 'refused'] as const)(
    'lets as many in after one that is %s',
    async (failure) => {
      const queue = aQueue(4);
      await fail(queue, failure);
      expect(queue.limit()).toBe(4);
    },
  );

  it('lets more in at once when the limit grows', async () => {
    const queue = aQueue(8);
    for (let mishap = 0; mishap < 3; mishap += 1) await fail(queue, 'timed-out');
    expect(queue.limit()).toBe(1);
    const starts = Array.from({ length: 8 }, () => new HeldWork());
    const all = starts.map((start) => queue.run(1000, start.run));
    await reactions();
    expect(queue.running()).toBe(1);
    starts[0]?.release();
    await reactions();
    expect(queue.limit()).toBeGreaterThan(1);
    expect(queue.running()).toBe(Math.min(7, queue.limit()));
    starts.forEach((start) => start.release());
    await Promise.all(all);
  });

  it('keeps nobody out for long where one start takes long as the engine is to be tried alone', async () => {
    const queue = aQueue(8);
    const slow = new HeldWork();
    const slowEnd = queue.run(0, slow.run);
    let didProbe = false;
    const caller = async (): Promise<void> => {
      for (let start = 0; start < 60; start += 1) {
        await queue.run(10_000, () => Promise.resolve());
        didProbe ||= queue.limit() === 1;
      }
    };
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map(caller));
    expect(didProbe).toBe(true);
    slow.release();
    await slowEnd;
  }, 20_000);

  it('learns nothing from a start that turned out to be none', async () => {
    const queue = aQueue(8);
    for (let mishap = 0; mishap < 3; mishap += 1) await fail(queue, 'timed-out');
    await queue.run(
      0,
      () => Promise.resolve(),
      () => null,
    );
    expect(queue.limit()).toBe(1);
  });
});
