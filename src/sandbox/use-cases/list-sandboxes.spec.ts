import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../../test/builders/ids.js';
import { minutesAgo, NOW, secondsAgo } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('ListSandboxes', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  const list = (agentId: string | null = null) => replica.listSandboxes.execute(agentId);
  const placeAll = (...claims: Parameters<FakeEngine['place']>[0][]): void =>
    claims.forEach((facts) => engine.place(facts));

  it('is empty where there is none', async () => {
    expect(await list()).toEqual([]);
  });

  it("gives everybody's, those of other replicas too", async () => {
    const own = await replica.create();
    const theirs = await new Replica({ engine }).create({ chatId: aUuid(2) });
    expect(await list()).toEqual(expect.arrayContaining([own, theirs]));
    expect(await list()).toHaveLength(2);
  });

  it('gives the oldest first, and ties by session', async () => {
    placeAll(
      { claim: { chatId: aUuid(1), sessionId: aUuid(13), createdAt: secondsAgo(10) } },
      { claim: { chatId: aUuid(2), sessionId: aUuid(12), createdAt: secondsAgo(20) } },
      { claim: { chatId: aUuid(3), sessionId: aUuid(11), createdAt: secondsAgo(10) } },
    );
    expect((await list()).map(({ sessionId }) => sessionId)).toEqual([aUuid(12), aUuid(11), aUuid(13)]);
  });

  it("gives only one agent's where that is asked for, compared exactly", async () => {
    placeAll(
      { claim: { chatId: aUuid(1), agentId: 'one' } },
      { claim: { chatId: aUuid(2), agentId: 'One' } },
      { claim: { chatId: aUuid(3), agentId: 'one' } },
    );
    expect((await list('one')).map(({ chatId }) => chatId).sort()).toEqual([aUuid(1), aUuid(3)]);
    expect(await list('on')).toEqual([]);
  });

  it('leaves out what is not active', async () => {
    placeAll(
      { claim: { chatId: aUuid(1), expiresAt: NOW } },
      { claim: { chatId: aUuid(2) }, state: 'dead' },
      { claim: { chatId: aUuid(3) }, state: 'created' },
      { claim: { chatId: aUuid(4) }, ip: null },
      { claim: { chatId: aUuid(5) }, instance: 'staging' },
      { claim: null },
      { claim: { chatId: aUuid(7) } },
    );
    expect((await list()).map(({ chatId }) => chatId)).toEqual([aUuid(7)]);
  });

  it("gives one a chat: the one with the chat's name", async () => {
    engine.place({ name: 'another-name', claim: { sessionId: aUuid(21), createdAt: secondsAgo(1) } });
    engine.place({ claim: { sessionId: aUuid(22), createdAt: minutesAgo(2) } });
    expect((await list()).map(({ sessionId }) => sessionId)).toEqual([aUuid(22)]);
  });

  it.each(['unreachable', 'timed-out', 'failed'] as const)('does not take "%s" for none', async (failure) => {
    await replica.create();
    replica.runtime.faults.inject('list', failure);
    await expect(list()).rejects.toMatchObject({ code: 'sandbox_runtime_unavailable' });
  });
});
