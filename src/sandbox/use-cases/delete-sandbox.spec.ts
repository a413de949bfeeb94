import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { NOW } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('DeleteSandbox', () => {
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

  it('ends an active sandbox and says which', async () => {
    const { sessionId, containerId } = await replica.create();
    expect(await replica.delete()).toMatchObject({ sessionId, containerId });
    await expectNothingLeft();
    expect(replica.metrics.resultsOf('sandbox.delete.total')).toEqual(['deleted']);
    expect(replica.logger.fieldsOf('sandbox_deleted')).toMatchObject([{ session_id: sessionId }]);
  });

  it('finds nothing where there is nothing, again and again', async () => {
    expect(await replica.delete()).toBeNull();
    expect(await replica.delete()).toBeNull();
    expect(replica.metrics.resultsOf('sandbox.delete.total')).toEqual(['not_found', 'not_found']);
  });

  it('finds nothing the second time', async () => {
    await replica.create();
    await replica.delete();
    expect(await replica.delete()).toBeNull();
  });

  it('does not touch another chat', async () => {
    const other = await replica.create({ chatId: OTHER_CHAT });
    await replica.create();
    await replica.delete();
    expect(engine.all.map(({ containerId }) => containerId)).toEqual([other.containerId]);
    expect(await replica.registry.list()).toEqual([other]);
  });

  it('ends what another replica made', async () => {
    const { sessionId, containerId } = await new Replica({ engine }).create();
    expect(await replica.delete()).toMatchObject({ sessionId, containerId });
    await expectNothingLeft();
  });

  it("ends what another replica put in its own one's place", async () => {
    const own = await replica.create();
    engine.containers.delete(own.containerId);
    const theirs = await new Replica({ engine }).create();
    expect(await replica.delete()).toMatchObject({ containerId: theirs.containerId });
    await expectNothingLeft();
    expect(replica.logger.fieldsOf('sandbox_deleted')).toMatchObject([{ session_id: theirs.sessionId }]);
  });

  it.each([
    ['is on record', true],
    ['is not', false],
  ])('removes an expired one that %s, and says that none was active', async (_, isTracked) => {
    if (isTracked) await replica.create();
    else await new Replica({ engine }).create();
    replica.clock.advanceSeconds(300);
    const [{ containerId } = { containerId: '' }] = engine.all;
    expect(await replica.delete()).toBeNull();
    await expectNothingLeft();
    expect(replica.logger.fieldsOf('sandbox_expired')).toMatchObject([
      { chat_id: CHAT, container_id: containerId, reason: 'expired' },
    ]);
    expect(replica.metrics.resultsOf('sandbox.cleanup.total')).toEqual(['expired']);
    expect(replica.metrics.resultsOf('sandbox.delete.total')).toEqual(['not_found']);
  });

  it('tells of no expiry where the expired one was gone already', async () => {
    await replica.create();
    replica.clock.advanceSeconds(300);
    engine.containers.clear();
    expect(await replica.delete()).toBeNull();
    expect(replica.logger.fieldsOf('sandbox_expired')).toEqual([]);
  });

  it('succeeds where the container is gone already', async () => {
    const { sessionId, containerId } = await replica.create();
    engine.containers.clear();
    expect(await replica.delete()).toMatchObject({ sessionId, containerId });
    await expectNothingLeft();
  });

  it('succeeds where the container is being removed already', async () => {
    const { sessionId, containerId } = await replica.create();
    for (const container of engine.all) container.state = 'removing';
    expect(await replica.delete()).toMatchObject({ sessionId, containerId });
    expect(await replica.registry.list()).toEqual([]);
  });

  it.each([
    ['is dead', { state: 'dead' as const }],
    ['was never started', { state: 'created' as const }],
    ['has no address', { ip: null }],
  ])('removes one of ours that %s', async (_, facts) => {
    engine.place(facts);
    await replica.delete();
    await expectNothingLeft();
  });

  it.each([
    ['foreign', { instance: null, name: `sandbox-${CHAT}` }],
    ["another instance's", { instance: 'staging', name: `sandbox-${CHAT}` }],
    ['unreadable', { claim: null }],
  ])('does not touch one that is %s, whatever its name', async (_, facts) => {
    engine.place(facts);
    expect(await replica.delete()).toBeNull();
    expect(engine.all).toHaveLength(1);
  });

  it('succeeds where the answer was lost and the container is gone', async () => {
    const { containerId } = await replica.create();
    replica.runtime.faults.inject('remove', 'unreachable', { times: 1, isCarriedOut: true });
    expect(await replica.delete()).toMatchObject({ containerId });
    await expectNothingLeft();
  });

  it('tries once more where the connection broke before', async () => {
    const { containerId } = await replica.create();
    replica.runtime.faults.inject('remove', 'unreachable', { times: 1 });
    expect(await replica.delete()).toMatchObject({ containerId });
    await expectNothingLeft();
  });

  it('marks its span', async () => {
    await replica.create();
    await replica.delete();
    expect(replica.tracer.spans.at(-1)).toMatchObject({
      name: 'usecase.delete_sandbox',
      attributes: { 'chat.id': CHAT, 'sandbox.result': 'deleted' },
      error: null,
    });
  });

  it('decides by the clock of decisions', async () => {
    expect(replica.clock.now()).toEqual(NOW);
    await replica.create();
    replica.clock.advanceSeconds(299);
    expect(await replica.delete()).not.toBeNull();
  });
});
