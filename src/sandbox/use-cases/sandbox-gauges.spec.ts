import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('SandboxGauges', () => {
  let replica: Replica;
  const read = async (name: string, of = replica): Promise<number | null | undefined> =>
    of.metrics.gauges.get(name)?.();
  const active = (of = replica): Promise<number | null | undefined> => read('sandbox.active.count', of);

  beforeEach(async () => {
    replica = new Replica({ sandbox: { ttlSeconds: 100 } });
    await replica.reconcile.execute();
  });

  it('counts what was created and not deleted', async () => {
    expect(await active()).toBe(0);
    await replica.create();
    await replica.create({ chatId: aUuid(2) });
    expect(await active()).toBe(2);
    await replica.delete();
    expect(await active()).toBe(1);
  });

  it('does not count a replacement twice', async () => {
    const { containerId } = await replica.create();
    replica.engine.containers.delete(containerId);
    await replica.create();
    expect(await active()).toBe(1);
  });

  it('still counts a sandbox that could not be deleted', async () => {
    await replica.create();
    replica.runtime.faults.inject('remove', 'refused');
    await expect(replica.delete()).rejects.toThrow();
    expect(await active()).toBe(1);
  });

  it('finds the sandboxes again after a restart, and claims none before that', async () => {
    await replica.create();
    const restarted = new Replica({ engine: replica.engine });
    expect(await active(restarted)).toBeNull();
    await restarted.reconcile.execute();
    expect(await active(restarted)).toBe(1);
  });

  it('claims nothing before that either where one has been created meanwhile: there may be more', async () => {
    await replica.create();
    const restarted = new Replica({ engine: replica.engine });
    await restarted.create({ chatId: aUuid(2) });
    expect([await active(restarted), await read('sandbox.sweep.lag_seconds', restarted)]).toEqual([
      null,
      null,
    ]);
    await restarted.reconcile.execute();
    expect(await active(restarted)).toBe(2);
  });

  it('tells for how long one is overdue that was found so after a restart, and cannot be removed', async () => {
    await replica.create();
    const restarted = new Replica({ engine: replica.engine });
    restarted.clock.advanceSeconds(130);
    restarted.runtime.faults.inject('remove', 'refused', { times: 2 });
    await restarted.reconcile.execute();
    expect(await read('sandbox.sweep.lag_seconds', restarted)).toBe(30);
    restarted.clock.advanceSeconds(60);
    await restarted.sweep();
    expect(await read('sandbox.sweep.lag_seconds', restarted)).toBe(90);
    await restarted.sweep();
    expect(await read('sandbox.sweep.lag_seconds', restarted)).toBe(0);
  });

  it('is overdue no longer once somebody has deleted it', async () => {
    const { containerId } = await replica.create();
    replica.clock.advanceSeconds(130);
    replica.runtime.faults.inject('remove', 'refused', { times: 1 });
    await replica.sweep();
    await replica.delete();
    expect(replica.engine.containers.has(containerId)).toBe(false);
    expect(await read('sandbox.sweep.lag_seconds')).toBe(0);
  });

  it('does not count what has expired, and tells for how long it is overdue while it cannot be stopped', async () => {
    await replica.create();
    expect(await read('sandbox.sweep.lag_seconds')).toBe(0);
    replica.clock.advanceSeconds(130);
    expect([await active(), await read('sandbox.sweep.lag_seconds')]).toEqual([0, 30]);
    replica.runtime.faults.inject('remove', 'refused', { times: 1 });
    await replica.sweep();
    expect(await read('sandbox.sweep.lag_seconds')).toBe(30);
    await replica.sweep();
    expect(await read('sandbox.sweep.lag_seconds')).toBe(0);
  });

  it('tells the time since the last pass that saw the containers', async () => {
    const fresh = new Replica();
    expect(await read('sandbox.sweep.age_seconds', fresh)).toBeNull();
    fresh.runtime.faults.inject('list', 'unreachable', { times: 1 });
    expect(await fresh.sweep()).toBeNull();
    expect(await read('sandbox.sweep.age_seconds', fresh)).toBeNull();
    expect(fresh.metrics.resultsOf('sandbox.cleanup.total')).toEqual(['error']);
    await fresh.sweep();
    expect(await read('sandbox.sweep.age_seconds', fresh)).toBeLessThan(5);
  });

  it('tells the depth of the queue', async () => {
    expect(await read('sandbox.start.queue.depth')).toBe(0);
    await replica.create({ chatId: CHAT });
    expect(replica.metrics.durations.map(({ name }) => name)).toContain('sandbox.start.wait_ms');
  });

  it('tells the waits that came to nothing, too', async () => {
    const narrow = new Replica({ sandbox: { maxConcurrentStarts: 1, startQueueTimeoutSeconds: 0.05 } });
    const start = narrow.runtime.faults.hold('start');
    const first = narrow.create();
    await start.reached;
    await expect(narrow.create({ chatId: aUuid(2) })).rejects.toMatchObject({
      code: 'sandbox_queue_timeout',
    });
    start.release();
    await first;
    const waits = narrow.metrics.durations.filter(({ name }) => name === 'sandbox.start.wait_ms');
    expect(waits).toHaveLength(2);
    expect(waits[1]?.ms).toBeGreaterThan(40);
  });
});
