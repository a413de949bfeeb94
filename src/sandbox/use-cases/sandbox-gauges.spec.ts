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
    await expect(fresh.sweep()).rejects.toThrow();
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
});
