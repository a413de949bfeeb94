import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { reactions } from '../../../test/fakes/deferred.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import { eventually } from '../../../test/support/eventually.js';

describe('CreateSandbox, many at once', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  it('shares one start among all creates of one chat, and gives all the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => replica.create()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(replica.engine.containersEverMade).toBe(1);
    const results = replica.metrics.resultsOf('sandbox.create.total');
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    expect(results.filter((result) => result === 'reused')).toHaveLength(19);
  });

  it('shares one start between replicas as well', async () => {
    const engine = new FakeEngine();
    const replicas = [1, 2, 3].map(() => new Replica({ engine, sandbox: { createdGraceSeconds: 2 } }));
    const answers = await Promise.all(replicas.flatMap((each) => [each.create(), each.create()]));
    expect(new Set(answers.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(engine.running).toHaveLength(1);
    expect(engine.all).toHaveLength(1);
  });

  it('gives the failure of a start to all who share it', async () => {
    replica.engine.hasImage = false;
    const create = replica.runtime.faults.hold('create');
    const answers = Promise.allSettled([1, 2, 3].map(() => replica.create()));
    await create.reached;
    create.release();
    for (const answer of await answers) expect(answer).toMatchObject({ reason: { reason: 'image missing' } });
    expect(replica.runtime.faults.countOf('create')).toBe(1);
  });

  it('does not let those that come later share a failure', async () => {
    replica.engine.hasImage = false;
    await expect(replica.create()).rejects.toMatchObject({ reason: 'image missing' });
    replica.engine.hasImage = true;
    expect(await replica.create()).toMatchObject({ chatId: CHAT });
  });

  it('lets other terms wait for the start, and conflict with what came of it', async () => {
    const create = replica.runtime.faults.hold('create');
    const first = replica.create();
    await create.reached;
    const other = replica.create({ agentId: 'other' });
    const outcome = expect(other).rejects.toMatchObject({ code: 'sandbox_conflict', fields: ['agent_id'] });
    create.release();
    await outcome;
    expect(replica.engine.all).toMatchObject([{ containerId: (await first).containerId }]);
  });

  it('lets other terms start where the first start failed', async () => {
    const create = replica.runtime.faults.hold('create');
    replica.runtime.faults.inject('create', 'refused', { times: 1 });
    const first = expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed' });
    await create.reached;
    const other = replica.create({ agentId: 'other' });
    create.release();
    await first;
    expect(await other).toMatchObject({ agentId: 'other' });
  });

  it('does not join an earlier start when it arrives after a delete', async () => {
    const start = replica.runtime.faults.hold('start');
    const first = replica.create();
    await start.reached;
    const deletion = replica.delete();
    const second = replica.create();
    await reactions();
    start.release();
    const [old, deleted, young] = await Promise.all([first, deletion, second]);
    expect(deleted).toMatchObject({ sessionId: old.sessionId, containerId: old.containerId });
    expect(young.sessionId).not.toBe(old.sessionId);
    expect(replica.engine.all).toMatchObject([{ containerId: young.containerId, state: 'running' }]);
    expect(await replica.registry.list()).toEqual([young]);
  });

  it('keeps the order of arrival: create, delete, create, delete leaves nothing', async () => {
    const outcomes = await Promise.all([
      replica.create(),
      replica.delete(),
      replica.create(),
      replica.delete(),
    ]);
    expect(outcomes[1]?.sessionId).toBe(outcomes[0].sessionId);
    expect(outcomes[3]?.sessionId).toBe(outcomes[2].sessionId);
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
  });

  it('starts different chats beside each other, but no more than may be at a time', async () => {
    replica = new Replica({ sandbox: { maxConcurrentStarts: 2 } });
    const holds = [1, 2].map(() => replica.runtime.faults.hold('start'));
    const creates = [1, 2, 3].map((number) => replica.create({ chatId: aUuid(number) }));
    await Promise.all(holds.map(({ reached }) => reached));
    await reactions();
    expect(replica.engine.all).toHaveLength(2);
    expect(replica.metrics.gauges.get('sandbox.start.queue.depth')?.()).toBe(1);
    for (const hold of holds) hold.release();
    const sandboxes = await Promise.all(creates);
    expect(new Set(sandboxes.map(({ endpoint }) => endpoint.ip)).size).toBe(3);
  });

  it('gives no place in the queue to a reuse', async () => {
    replica = new Replica({ sandbox: { maxConcurrentStarts: 1 } });
    const reusable = await replica.create({ chatId: aUuid(2) });
    const start = replica.runtime.faults.hold('start');
    const slow = replica.create();
    await start.reached;
    expect(await replica.create({ chatId: aUuid(2) })).toEqual(reusable);
    start.release();
    await slow;
  });

  it('refuses what has waited too long for its turn', async () => {
    replica = new Replica({ sandbox: { maxConcurrentStarts: 1, startQueueTimeoutSeconds: 0.05 } });
    const start = replica.runtime.faults.hold('start');
    const slow = replica.create();
    await start.reached;
    for (const request of [{ chatId: aUuid(2) }, { agentId: 'other' }]) {
      await expect(replica.create(request)).rejects.toMatchObject({
        code: 'sandbox_queue_timeout',
        retryAfterSeconds: expect.any(Number),
      });
    }
    start.release();
    const { containerId } = await slow;
    expect(replica.engine.all.map((container) => container.containerId)).toEqual([containerId]);
  });

  it('says that it is shutting down to those that wait and those that come', async () => {
    replica = new Replica({ sandbox: { maxConcurrentStarts: 1 } });
    const start = replica.runtime.faults.hold('start');
    const underWay = replica.create();
    await start.reached;
    const waiting = expect(replica.create({ chatId: aUuid(2) })).rejects.toMatchObject({
      code: 'shutting_down',
    });
    await eventually(() => replica.queue.depth() === 1, 'one waits');
    replica.queue.close();
    await waiting;
    await expect(replica.create({ chatId: aUuid(3) })).rejects.toMatchObject({ code: 'shutting_down' });
    start.release();
    expect(await underWay).toMatchObject({ chatId: CHAT });
  });
});
