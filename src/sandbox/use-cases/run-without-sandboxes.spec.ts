import { beforeEach, describe, expect, it } from '@jest/globals';
import { aClaim } from '../../../test/builders/containers.js';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { NOW } from '../../../test/builders/times.js';
import { HeldWork, reactions } from '../../../test/fakes/deferred.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import {
  SandboxActiveError,
  SandboxQueueTimeoutError,
  SandboxRuntimeUnavailableError,
} from '../domain/errors.js';

describe('RunWithoutSandboxes', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  const run = (chatIds: string[] = [CHAT]): Promise<string> =>
    replica.runWithoutSandboxes.execute(chatIds, () => Promise.resolve('done'));

  it('runs the work where there is no sandbox, whatever other chats have', async () => {
    await replica.create({ chatId: OTHER_CHAT });
    expect(await run()).toBe('done');
    expect(await run([])).toBe('done');
    expect(engine.all).toHaveLength(1);
  });

  it.each([
    ['its own', () => replica],
    ["another replica's", () => new Replica({ engine })],
  ])('refuses where one of the chats has an active sandbox, be it %s', async (_, maker) => {
    await maker().create();
    await expect(run([OTHER_CHAT, CHAT])).rejects.toBeInstanceOf(SandboxActiveError);
    expect(engine.all).toHaveLength(1);
  });

  it('refuses where one is just being started elsewhere', async () => {
    engine.place({ state: 'created', claim: aClaim({ createdAt: NOW }) });
    await expect(run()).rejects.toBeInstanceOf(SandboxActiveError);
    replica.clock.advanceSeconds(1);
    expect(await run()).toBe('done');
    expect(engine.all).toEqual([]);
  });

  it('ends an expired one before the work', async () => {
    await replica.create();
    replica.clock.advanceSeconds(300);
    const found = await replica.runWithoutSandboxes.execute([CHAT], () => Promise.resolve(engine.all.length));
    expect([found, await replica.registry.list()]).toEqual([0, []]);
    expect(replica.logger.fieldsOf('sandbox_expired')).toMatchObject([{ chat_id: CHAT, reason: 'expired' }]);
    expect(replica.metrics.resultsOf('sandbox.cleanup.total')).toEqual(['expired']);
  });

  it('ends a dead one before the work', async () => {
    const { containerId } = engine.place({ state: 'dead' });
    expect(await run()).toBe('done');
    expect(engine.all).toEqual([]);
    expect(replica.logger.fieldsOf('sandbox_orphan_removed')).toMatchObject([
      { chat_id: CHAT, container_id: containerId, reason: 'dead' },
    ]);
    expect(replica.metrics.resultsOf('sandbox.cleanup.total')).toEqual(['orphan_removed']);
  });

  it('tells nothing of one that somebody else is removing', async () => {
    engine.place({ state: 'removing' });
    expect(await run()).toBe('done');
    expect(replica.metrics.resultsOf('sandbox.cleanup.total')).toEqual([]);
  });

  it('does not touch what is not ours', async () => {
    engine.place({ instance: null, name: `sandbox-${CHAT}` });
    expect(await run()).toBe('done');
    expect(engine.all).toHaveLength(1);
  });

  it('lets no sandbox come up meanwhile', async () => {
    const work = new HeldWork();
    const running = replica.runWithoutSandboxes.execute([OTHER_CHAT, CHAT, CHAT], work.run);
    const creating = replica.create();
    for (let turn = 0; turn < 20; turn += 1) await reactions();
    expect([work.hasBegun, engine.all.length]).toEqual([true, 0]);
    work.release();
    await running;
    expect((await creating).chatId).toBe(CHAT);
  });

  it('does nothing where the engine does not answer', async () => {
    replica.runtime.faults.inject('list', 'unreachable', { times: 1 });
    await expect(run()).rejects.toBeInstanceOf(SandboxRuntimeUnavailableError);
  });

  it('does nothing where what is left cannot be ended', async () => {
    await replica.create();
    replica.clock.advanceSeconds(300);
    replica.runtime.faults.inject('remove', 'refused', { times: 1 });
    await expect(run()).rejects.toBeInstanceOf(SandboxRuntimeUnavailableError);
    expect(engine.all).toHaveLength(1);
  });

  it('says that the chat is busy when its turn does not come', async () => {
    const hasty = new Replica({ engine, docker: { timeoutSeconds: 0.05 } });
    const work = new HeldWork();
    const held = hasty.runWithoutSandboxes.execute([CHAT], work.run);
    await expect(hasty.runWithoutSandboxes.execute([CHAT], work.run)).rejects.toBeInstanceOf(
      SandboxQueueTimeoutError,
    );
    work.release();
    await held;
  });
});
