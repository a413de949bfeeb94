import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { NOW } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import { eventually } from '../../../test/support/eventually.js';
import { cleanupCounts } from '../../../test/builders/cleanup.js';

describe('a pass towards agreement, where calls fail', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  it.each(['unreachable', 'timed-out', 'failed'] as const)(
    'does nothing when the containers cannot be listed: %s',
    async (failure) => {
      const sandbox = await replica.create();
      engine.place({ claim: { chatId: OTHER_CHAT, expiresAt: NOW } });
      replica.runtime.faults.inject('list', failure);
      expect(await replica.sweep()).toBeNull();
      expect(replica.logger.fieldsOf('sandbox_cleanup_failed')).toMatchObject([{ err: { failure } }]);
      expect(engine.all).toHaveLength(2);
      expect(await replica.registry.list()).toEqual([sandbox]);
    },
  );

  it.each(['unreachable', 'timed-out', 'failed'] as const)(
    'forgets nothing on an answer that says nothing: %s',
    async (failure) => {
      const sandbox = await replica.create();
      const container = engine.containers.get(sandbox.containerId);
      engine.containers.clear();
      replica.runtime.faults.inject('find', failure);
      expect(await replica.sweep()).toEqual(cleanupCounts({ error: 1 }));
      expect(await replica.registry.list()).toEqual([sandbox]);
      if (container !== undefined) engine.containers.set(sandbox.containerId, container);
      replica.runtime.faults.heal();
      expect(await replica.sweep()).toEqual(cleanupCounts());
      expect(await replica.create()).toEqual(sandbox);
    },
  );

  it('goes on after one failure, and tries that one again in the next pass', async () => {
    for (let number = 1; number <= 20; number += 1)
      engine.place({ claim: { chatId: aUuid(number), expiresAt: NOW } });
    replica.runtime.faults.inject('remove', 'failed', { spared: 3, times: 2 });
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 18, error: 2 }));
    expect(engine.all).toHaveLength(2);
    expect(
      replica.metrics.resultsOf('sandbox.cleanup.total').filter((result) => result === 'error'),
    ).toHaveLength(2);
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 2 }));
    expect(engine.all).toEqual([]);
  });

  it('keeps the record of what cannot be removed', async () => {
    const sandbox = await replica.create();
    replica.clock.advanceSeconds(300);
    replica.runtime.faults.inject('remove', 'failed');
    await replica.sweep();
    expect(await replica.registry.list()).toEqual([sandbox]);
  });

  it('is not held up by one chat that hangs', async () => {
    for (const number of [1, 2, 3]) engine.place({ claim: { chatId: aUuid(number), expiresAt: NOW } });
    const removal = replica.runtime.faults.hold('remove');
    const sweep = replica.sweep();
    await removal.reached;
    await eventually(() => engine.all.length === 1, 'the others are gone');
    removal.release();
    expect(await sweep).toEqual(cleanupCounts({ expired: 3 }));
  });

  it('says how many chats it has left under way, and counts their ends with the pass that follows', async () => {
    for (const number of [1, 2, 3]) engine.place({ claim: { chatId: aUuid(number), expiresAt: NOW } });
    const removal = replica.runtime.faults.hold('remove');
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 2, unfinished: 1 }));
    expect(replica.tracer.last('usecase.cleanup_expired_sandboxes')?.attributes).toMatchObject({
      'sandbox.cleanup.expired': 2,
      'sandbox.cleanup.unfinished': 1,
    });
    removal.release();
    await eventually(() => engine.all.length === 0, 'the last one is gone');
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 1 }));
    expect(await replica.sweep()).toEqual(cleanupCounts());
  });

  it('loses no count to a pass that fails as a whole', async () => {
    engine.place({ claim: { expiresAt: NOW } });
    const removal = replica.runtime.faults.hold('remove');
    expect(await replica.sweep()).toMatchObject({ unfinished: 1 });
    removal.release();
    await eventually(() => engine.all.length === 0, 'it is gone');
    replica.runtime.faults.inject('list', 'unreachable', { times: 1 });
    expect(await replica.sweep()).toBeNull();
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 1 }));
  });

  it('tells the log of its end while its span is still the current one', async () => {
    const spanOf = (event: string): unknown => replica.logger.fieldsOf(event)[0]?.within;
    replica.logger.mark = () => ({ within: replica.tracer.innermost });
    await replica.sweep();
    replica.runtime.faults.inject('list', 'unreachable');
    await replica.sweep();
    await replica.reconcile.execute();
    expect(['sandbox_swept', 'sandbox_cleanup_failed', 'sandbox_reconcile_failed'].map(spanOf)).toEqual([
      'usecase.cleanup_expired_sandboxes',
      'usecase.cleanup_expired_sandboxes',
      'usecase.reconcile_sandboxes',
    ]);
  });

  it('counts what it cannot save as a failure of that chat alone', async () => {
    engine.place({ claim: { chatId: OTHER_CHAT, expiresAt: NOW } });
    engine.place();
    replica.registry.isBroken = true;
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 1, error: 1 }));
  });

  it('fails at start-up while the engine does not answer, and succeeds when it comes', async () => {
    replica.runtime.faults.inject('any', 'unreachable');
    expect(await replica.reconcile.execute()).toBe(false);
    expect(replica.tracer.spans).toMatchObject([{ error: { failure: 'unreachable' } }]);
    replica.runtime.faults.heal();
    engine.place();
    expect(await replica.reconcile.execute()).toBe(true);
    expect(await replica.registry.find(CHAT)).not.toBeNull();
  });

  it('leaves alone a chat whose lock does not come free', async () => {
    replica = new Replica({ engine, docker: { timeoutSeconds: 0.1 } });
    engine.place({ claim: { expiresAt: NOW } });
    const release = Promise.withResolvers<undefined>();
    const held = replica.lock.runExclusive(CHAT, 10, () => release.promise);
    expect(await replica.sweep()).toEqual(cleanupCounts({ error: 1 }));
    release.resolve(undefined);
    await held;
    expect(engine.all).toHaveLength(1);
  });

  describe('at start-up', () => {
    it('does nothing where the network cannot be made, and all of it with the next try', async () => {
      const replica = new Replica();
      replica.engine.place();
      replica.runtime.faults.inject('makeNetwork', 'unreachable', { times: 1 });
      expect(await replica.reconcile.execute()).toBe(false);
      expect(await replica.registry.list()).toEqual([]);
      expect(await replica.reconcile.execute(2)).toBe(true);
      expect(await replica.registry.list()).toHaveLength(1);
      expect(replica.logger.events.filter((event) => event === 'sandbox_reconcile_failed')).toHaveLength(1);
    });

    it('is not done until a start has all that it needs', async () => {
      const replica = new Replica();
      replica.engine.place();
      replica.runtime.faults.inject('prepare', 'unreachable', { times: 1 });
      expect(await replica.reconcile.execute()).toBe(false);
      expect(await replica.registry.list()).toHaveLength(1);
      expect(await replica.reconcile.execute(2)).toBe(true);
    });
  });
});
