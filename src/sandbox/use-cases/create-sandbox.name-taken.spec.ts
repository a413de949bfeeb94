import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { later, minutesAgo, NOW, secondsAgo } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import { eventually } from '../../../test/support/eventually.js';

describe("CreateSandbox, where the chat's name is taken", () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  it.each([
    ['foreign', { instance: null, name: `sandbox-${CHAT}` }],
    ["another instance's", { instance: 'staging', name: `sandbox-${CHAT}` }],
    ['unreadable', { claim: null }],
    ['foreign and dead', { instance: null, name: `sandbox-${CHAT}`, state: 'dead' as const }],
  ])('fails for one that is %s, and does not touch it', async (_, stranger) => {
    const placed = { ...engine.place(stranger) };
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      reason: 'name taken by a container that is not ours',
    });
    expect(engine.all).toEqual([placed]);
  });

  it('reuses an active one that another replica made', async () => {
    const theirs = await new Replica({ engine }).create();
    expect(await replica.create()).toEqual(theirs);
    expect(await replica.registry.find(CHAT)).toEqual(theirs);
    expect(engine.containersEverMade).toBe(1);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['reused']);
  });

  it('conflicts with an active one of other terms that another replica made', async () => {
    const theirs = await new Replica({ engine }).create();
    await expect(replica.create({ agentId: 'other' })).rejects.toMatchObject({
      code: 'sandbox_conflict',
      fields: ['agent_id'],
    });
    expect(engine.all).toMatchObject([{ containerId: theirs.containerId, state: 'running' }]);
  });

  it.each([
    ['is dead', { state: 'dead' as const }],
    ['has expired', { claim: { expiresAt: NOW } }],
    ['has no address', { ip: null }],
    [
      'was created long ago and never started',
      { state: 'created' as const, claim: { createdAt: minutesAgo(1) } },
    ],
    [
      'was created just now, and has expired all the same',
      { state: 'dead' as const, claim: { createdAt: NOW, expiresAt: NOW } },
    ],
  ])('takes the place of one of ours that %s', async (_, holder) => {
    const old = engine.place(holder);
    const sandbox = await replica.create();
    expect(engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
    expect(sandbox.containerId).not.toBe(old.containerId);
  });

  it("waits for another replica's start, and takes what comes of it", async () => {
    const other = new Replica({ engine });
    const start = other.runtime.faults.hold('start');
    const theirs = other.create();
    await start.reached;
    const ours = replica.create();
    await eventually(() => replica.runtime.faults.countOf('findByChat') >= 2, 'it looks again');
    start.release();
    expect(await ours).toEqual(await theirs);
    expect(engine.containersEverMade).toBe(1);
  });

  it("starts its own once another replica's start has failed", async () => {
    const holder = engine.place({ state: 'created', claim: { createdAt: secondsAgo(0.1) } });
    const ours = replica.create();
    await eventually(() => replica.runtime.faults.countOf('findByChat') >= 2, 'it looks again');
    engine.containers.delete(holder.containerId);
    const sandbox = await ours;
    expect(engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
  });

  it('waits no longer than the grace for a start that stands still, even where clocks differ', async () => {
    engine.place({ state: 'created', claim: { createdAt: later(NOW, 60_000) } });
    const sandbox = await replica.create();
    expect(engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
  });

  it('waits for one that is being removed to be gone', async () => {
    const leaving = engine.place({ state: 'removing' });
    const ours = replica.create();
    await eventually(() => replica.runtime.faults.countOf('findByChat') >= 2, 'it looks again');
    engine.containers.delete(leaving.containerId);
    expect(engine.all).toEqual([]);
    expect((await ours).containerId).not.toBe(leaving.containerId);
  });

  it('gives up on one that is being removed for ever, and does not touch it', async () => {
    replica = new Replica({ engine, docker: { timeoutSeconds: 0.2 } });
    const leaving = engine.place({ state: 'removing' });
    await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed' });
    expect(engine.all).toEqual([leaving]);
  });

  it('waits for what is being made under its name and cannot be seen yet', async () => {
    replica = new Replica({ engine, sandbox: { createdGraceSeconds: 5 } });
    replica.runtime.faults.inject('create', 'name-taken', { times: 14 });
    const sandbox = await replica.create();
    expect(engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
  });

  it('gives up on a name that somebody takes again each time', async () => {
    replica.runtime.faults.inject('create', 'name-taken');
    await expect(replica.create()).rejects.toMatchObject({ reason: 'name taken by another container' });
  });

  it('recognises its own container by its session', async () => {
    replica.runtime.faults.inject('create', 'unreachable', { times: 1, isCarriedOut: true });
    const sandbox = await replica.create();
    expect(engine.all).toMatchObject([{ claim: { sessionId: sandbox.sessionId }, state: 'running' }]);
    expect(engine.containersEverMade).toBe(1);
  });

  it('does not remove a container that another replica put in the place of a dead one', async () => {
    const dead = engine.place({ state: 'dead', claim: { sessionId: aUuid(7) } });
    const removal = replica.runtime.faults.hold('remove');
    const ours = replica.create();
    await removal.reached;
    engine.containers.delete(dead.containerId);
    const theirs = await new Replica({ engine }).create();
    removal.release();
    expect(await ours).toEqual(theirs);
    expect(engine.running.map(({ containerId }) => containerId)).toEqual([theirs.containerId]);
  });
});
