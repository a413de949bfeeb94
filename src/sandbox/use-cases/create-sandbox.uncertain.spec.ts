import { beforeEach, describe, expect, it } from '@jest/globals';
import { Replica } from '../../../test/fakes/replica.js';

/** The engine says nothing, or fails: that does not mean that it did nothing. */
describe('CreateSandbox, where an answer is lost', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  async function expectOneSandbox(): Promise<void> {
    const sandbox = await replica.create();
    expect(replica.engine.all).toMatchObject([{ containerId: sandbox.containerId, state: 'running' }]);
    expect(replica.engine.containersEverMade).toBe(1);
    expect(await replica.registry.list()).toEqual([sandbox]);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created']);
  }

  it.each(['create', 'start'] as const)(
    '%s: tries again when the connection broke before',
    async (method) => {
      replica.runtime.faults.inject(method, 'unreachable', { times: 1 });
      await expectOneSandbox();
    },
  );

  it.each([
    ['create', 'unreachable'],
    ['create', 'timed-out'],
    ['create', 'failed'],
    ['start', 'unreachable'],
    ['start', 'timed-out'],
    ['start', 'failed'],
  ] as const)('%s: finds what was done although the answer was "%s"', async (method, failure) => {
    replica.runtime.faults.inject(method, failure, { times: 1, isCarriedOut: true });
    await expectOneSandbox();
  });

  it('does not try for ever', async () => {
    replica.runtime.faults.inject('create', 'unreachable', { times: 2 });
    await expect(replica.create()).rejects.toMatchObject({ reason: 'Docker unreachable' });
    expect(replica.engine.all).toEqual([]);
  });

  it('survives both at once: create carried out unheard, then start as well', async () => {
    replica.runtime.faults.inject('create', 'unreachable', { times: 1, isCarriedOut: true });
    replica.runtime.faults.inject('start', 'unreachable', { times: 1, isCarriedOut: true });
    await expectOneSandbox();
  });

  it.each([
    ['create', false],
    ['create', true],
    ['start', false],
    ['start', true],
  ] as const)(
    '%s: leaves nothing that one pass does not mend, when the engine then stays away (carried out: %s)',
    async (method, isCarriedOut) => {
      replica.runtime.faults.inject(method, 'unreachable', { isCarriedOut });
      replica.runtime.faults.inject('findByChat', 'unreachable');
      replica.runtime.faults.inject('find', 'unreachable');
      replica.runtime.faults.inject('remove', 'unreachable');
      await expect(replica.create()).rejects.toMatchObject({ reason: 'Docker unreachable' });
      replica.runtime.faults.heal();
      replica.clock.advanceSeconds(1);
      await replica.sweep();
      const running = replica.engine.running.map(({ containerId }) => containerId);
      const records = (await replica.registry.list()).map(({ containerId }) => containerId);
      expect(records).toEqual(running);
      expect(replica.engine.all).toHaveLength(running.length);
    },
  );

  it('hands out, on the next call, what a lost start left running', async () => {
    replica.runtime.faults.inject('start', 'unreachable', { isCarriedOut: true });
    replica.runtime.faults.inject('find', 'unreachable');
    replica.runtime.faults.inject('remove', 'unreachable');
    await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed' });
    replica.runtime.faults.heal();
    const sandbox = await replica.create();
    expect(replica.engine.all).toMatchObject([{ containerId: sandbox.containerId, state: 'running' }]);
  });
});
