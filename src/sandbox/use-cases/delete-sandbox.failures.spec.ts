import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('DeleteSandbox, where the engine does not do it', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  const expectNothingLeft = async (): Promise<void> => {
    expect(engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
    expect([...(await replica.registry.listDeletions())]).toEqual([]);
  };

  /** A note of a deletion outlives the pass that carries it out, and goes with the next. */
  const sweepTwice = async (): Promise<void> => {
    for (let pass = 1; pass <= 2; pass += 1) {
      replica.clock.advanceSeconds(1);
      await replica.sweep();
    }
  };

  it.each(['unreachable', 'timed-out', 'failed', 'refused'] as const)(
    'fails (%s), keeps it on record, and leaves it to the next pass',
    async (failure) => {
      const sandbox = await replica.create();
      replica.runtime.faults.inject('remove', failure);
      await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
      expect(await replica.registry.list()).toEqual([sandbox]);
      expect(replica.metrics.resultsOf('sandbox.delete.total')).toEqual(['error']);
      replica.runtime.faults.heal();
      await sweepTwice();
      await expectNothingLeft();
    },
  );

  it('counts and tells what nobody has foreseen, too, and answers it as such', async () => {
    await replica.create();
    replica.registry.isBroken = true;
    await expect(replica.delete()).rejects.not.toMatchObject({ code: 'sandbox_delete_failed' });
    expect(replica.metrics.resultsOf('sandbox.delete.total')).toEqual(['error']);
    expect(replica.logger.events).toContain('sandbox_delete_failed');
  });

  it('is tried again by every pass until it is done', async () => {
    await replica.create();
    replica.runtime.faults.inject('remove', 'failed', { times: 3 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    for (const left of [1, 1, 0]) {
      await replica.sweep();
      expect(engine.all).toHaveLength(left);
    }
    await sweepTwice();
    await expectNothingLeft();
  });

  it('is tried again also for what only the engine knows', async () => {
    await new Replica({ engine }).create();
    replica.runtime.faults.inject('any', 'unreachable');
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.runtime.faults.heal();
    await sweepTwice();
    await expectNothingLeft();
  });

  it('is done by a second delete, and then no longer waits', async () => {
    const { containerId } = await replica.create();
    replica.runtime.faults.inject('remove', 'failed', { times: 1 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    expect(await replica.delete()).toMatchObject({ containerId });
    await expectNothingLeft();
  });

  it('is withdrawn when the same sandbox is handed out again since', async () => {
    const sandbox = await replica.create();
    replica.runtime.faults.inject('remove', 'failed', { times: 1 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.clock.advanceSeconds(1);
    expect(await replica.create()).toEqual(sandbox);
    await replica.sweep();
    expect(engine.running).toHaveLength(1);
    expect(await replica.create()).toEqual(sandbox);
  });

  it('does not end what was made since', async () => {
    await replica.create();
    replica.runtime.faults.inject('remove', 'failed', { times: 1 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.clock.advanceSeconds(1);
    engine.all.forEach((container) => engine.end(container));
    const young = await replica.create();
    await replica.sweep();
    expect(engine.running).toMatchObject([{ containerId: young.containerId }]);
    expect([...(await replica.registry.listDeletions())]).toEqual([]);
  });

  it.each([
    ['made', (): void => engine.all.forEach((container) => engine.end(container))],
    ['handed out again', (): void => undefined],
  ])('does not end what was %s since, although the clock was led back meanwhile', async (_, change) => {
    await replica.create();
    replica.runtime.faults.inject('remove', 'failed', { times: 1 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.clock.advanceSeconds(-30);
    change();
    const sandbox = await replica.create();
    await replica.sweep();
    expect(engine.running).toMatchObject([{ containerId: sandbox.containerId }]);
  });

  it('ends what a create made that held the delete up until it gave up', async () => {
    const start = replica.runtime.faults.hold('start');
    const create = replica.create();
    await start.reached;
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.clock.advanceSeconds(1);
    start.release();
    await create;
    await sweepTwice();
    await expectNothingLeft();
  });
});
