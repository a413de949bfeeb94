import { beforeEach, describe, expect, it } from '@jest/globals';
import { minutesAgo } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('a pass towards agreement, where things change meanwhile', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  it('leaves alone what was replaced since the list', async () => {
    await replica.create();
    replica.clock.advanceSeconds(300);
    const list = replica.runtime.faults.hold('list');
    const sweep = replica.sweep();
    await list.reached;
    const young = await replica.create();
    list.release();
    await sweep;
    expect(engine.all).toMatchObject([{ containerId: young.containerId, state: 'running' }]);
    expect(await replica.registry.list()).toEqual([young]);
  });

  it('leaves alone what was replaced between the decision and the lock', async () => {
    const old = await replica.create();
    replica.clock.advanceSeconds(300);
    // The create holds the chat's lock while the pass decides that the old container has expired.
    const stop = replica.runtime.faults.hold('stop');
    const create = replica.create();
    await stop.reached;
    const sweep = replica.sweep();
    stop.release();
    const [young, counts] = await Promise.all([create, sweep]);
    expect(young.sessionId).not.toBe(old.sessionId);
    expect(counts).toMatchObject({ expired: 0, error: 0 });
    expect(engine.all).toMatchObject([{ containerId: young.containerId, state: 'running' }]);
    expect(await replica.registry.list()).toEqual([young]);
  });

  it('does not adopt over what was created since the list', async () => {
    engine.place({ name: 'another-name', claim: { createdAt: minutesAgo(1) } });
    const list = replica.runtime.faults.hold('list');
    const sweep = replica.sweep();
    await list.reached;
    list.release();
    const [young] = await Promise.all([replica.create(), sweep]);
    await replica.sweep();
    expect(engine.running).toMatchObject([{ containerId: young.containerId }]);
    expect(await replica.registry.list()).toEqual([young]);
  });

  it('does not bring back what was deleted since the list', async () => {
    await new Replica({ engine }).create();
    const list = replica.runtime.faults.hold('list');
    const sweep = replica.sweep();
    await list.reached;
    const deletion = replica.delete();
    list.release();
    await Promise.all([deletion, sweep]);
    expect(engine.all).toEqual([]);
    await replica.sweep();
    expect(await replica.registry.list()).toEqual([]);
  });

  it('does not remove what started while it was taken for dead', async () => {
    const other = new Replica({ engine });
    const start = other.runtime.faults.hold('start');
    const theirs = other.create();
    await start.reached;
    replica.clock.advanceSeconds(10);
    const find = replica.runtime.faults.hold('find');
    const sweep = replica.sweep();
    await find.reached;
    start.release();
    const sandbox = await theirs;
    find.release();
    await sweep;
    expect(engine.running).toMatchObject([{ containerId: sandbox.containerId }]);
  });
});
