import { beforeEach, describe, expect, it } from '@jest/globals';
import { aSandbox } from '../../../test/builders/containers.js';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { minutesAgo, NOW, secondsAgo } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import { cleanupCounts } from '../../../test/builders/cleanup.js';

describe('a pass towards agreement', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  const ids = (): string[] => engine.all.map(({ containerId }) => containerId);

  it('has nothing to do where all agree, and asks the engine once', async () => {
    const sandbox = await replica.create();
    const before = replica.runtime.faults.countOf('find');
    expect(await replica.sweep()).toEqual(cleanupCounts());
    expect(await replica.registry.list()).toEqual([sandbox]);
    expect(replica.runtime.faults.countOf('find')).toBe(before);
  });

  describe('adopts', () => {
    it('after a restart everything that runs, with the same answer as before', async () => {
      const sandboxes = [];
      for (const number of [1, 2, 3]) sandboxes.push(await replica.create({ chatId: aUuid(number) }));
      const restarted = new Replica({ engine });
      await restarted.reconcile.execute();
      expect(await restarted.registry.list()).toEqual(sandboxes);
      expect(await restarted.create({ chatId: aUuid(2) })).toEqual(sandboxes[1]);
      expect(engine.containersEverMade).toBe(3);
    });

    it('by one list call, and no look at each container', async () => {
      for (const number of [1, 2, 3]) engine.place({ claim: { chatId: aUuid(number) } });
      await replica.reconcile.execute();
      const { faults } = replica.runtime;
      expect([faults.countOf('list'), faults.countOf('find'), faults.countOf('findByChat')]).toEqual([
        1, 0, 0,
      ]);
      expect(await replica.registry.list()).toHaveLength(3);
    });

    it('the one of our name among several of one chat, and removes the others', async () => {
      const named = engine.place({ claim: { createdAt: minutesAgo(3) } });
      engine.place({ name: 'older-name', claim: { createdAt: minutesAgo(2), sessionId: aUuid(7) } });
      engine.place({ name: 'oldest-name', claim: { createdAt: minutesAgo(4), sessionId: aUuid(8) } });
      expect(await replica.sweep()).toEqual(cleanupCounts({ adopted: 1, orphan_removed: 2 }));
      expect(ids()).toEqual([named.containerId]);
      expect(await replica.registry.list()).toMatchObject([{ containerId: named.containerId }]);
    });

    it('the youngest where none has our name', async () => {
      engine.place({ name: 'one', claim: { createdAt: minutesAgo(3) } });
      const young = engine.place({ name: 'two', claim: { createdAt: minutesAgo(2), sessionId: aUuid(7) } });
      await replica.sweep();
      expect(ids()).toEqual([young.containerId]);
    });

    it('a new address', async () => {
      await replica.create();
      for (const container of engine.all) container.ip = '172.18.0.99';
      expect(await replica.sweep()).toMatchObject({ adopted: 1 });
      expect((await replica.registry.find(CHAT))?.endpoint.ip).toBe('172.18.0.99');
    });
  });

  describe('removes', () => {
    it('what has expired, at its very end', async () => {
      await replica.create();
      replica.clock.advanceSeconds(299.999);
      expect(await replica.sweep()).toEqual(cleanupCounts());
      replica.clock.advanceSeconds(0.001);
      expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 1 }));
      expect([ids(), await replica.registry.list()]).toEqual([[], []]);
      expect(replica.logger.fieldsOf('sandbox_expired')).toMatchObject([
        { chat_id: CHAT, reason: 'expired' },
      ]);
    });

    it('what has expired and nothing tracks, in whatever state', async () => {
      for (const [index, state] of (['running', 'dead', 'created'] as const).entries()) {
        engine.place({ state, claim: { chatId: aUuid(index + 1), expiresAt: NOW, createdAt: NOW } });
      }
      expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 3 }));
      expect(ids()).toEqual([]);
    });

    it('what is dead, and its record', async () => {
      await replica.create();
      engine.all.forEach((container) => engine.end(container));
      expect(await replica.sweep()).toEqual(cleanupCounts({ orphan_removed: 1 }));
      expect([ids(), await replica.registry.list()]).toEqual([[], []]);
    });

    it('what was created and never started, once the grace is over', async () => {
      engine.place({ state: 'created', claim: { createdAt: secondsAgo(0.19) } });
      expect(await replica.sweep()).toEqual(cleanupCounts());
      replica.clock.advanceSeconds(0.01);
      expect(await replica.sweep()).toEqual(cleanupCounts({ orphan_removed: 1 }));
    });

    it('what does not stop, all the same', async () => {
      await replica.create();
      replica.clock.advanceSeconds(300);
      replica.runtime.faults.inject('stop', 'timed-out');
      await replica.sweep();
      expect(ids()).toEqual([]);
    });
  });

  it('forgets what is gone', async () => {
    await replica.create();
    engine.containers.clear();
    expect(await replica.sweep()).toEqual(cleanupCounts({ forgotten: 1 }));
    expect(await replica.registry.list()).toEqual([]);
    expect(replica.logger.events).toContain('sandbox_forgotten');
  });

  it.each([
    ['foreign', { instance: null }, 0],
    ["another instance's", { instance: 'staging', claim: { expiresAt: NOW } }, 0],
    ['unreadable, but counted', { claim: null }, 1],
    ['being removed', { state: 'removing' as const, ip: null }, 0],
  ])('leaves alone what is %s', async (_, facts, unreadable) => {
    const placed = { ...engine.place(facts) };
    expect(await replica.sweep()).toEqual(cleanupCounts({ unreadable }));
    expect(engine.all).toEqual([placed]);
    expect(await replica.registry.list()).toEqual([]);
  });

  it('makes the network at start-up when it is missing', async () => {
    await replica.reconcile.execute();
    expect(engine.networks.has('sandbox')).toBe(true);
  });

  it('leads the clock back by at most one interval a sweep', async () => {
    await replica.sweep();
    expect(replica.clock.steps).toEqual([6000]);
  });

  it('keeps a record whose container it cannot judge yet', async () => {
    await replica.registry.save(aSandbox({ containerId: engine.place({ state: 'removing' }).containerId }));
    await replica.sweep();
    expect(await replica.registry.list()).toHaveLength(1);
  });
});
