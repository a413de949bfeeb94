import { describe, expect, it } from '@jest/globals';
import { aUuid, CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

const THIRD_CHAT = aUuid(3);
const limitReached = { code: 'sandbox_limit_reached' };

describe('CreateSandbox under sandbox.max_active', () => {
  const limitedTo = (maxActive: number, engine = new FakeEngine()): Replica =>
    new Replica({ engine, sandbox: { maxActive } });

  it('has no limit by default', async () => {
    const replica = limitedTo(0);
    for (let number = 1; number <= 20; number += 1) await replica.create({ chatId: aUuid(number) });
    expect(replica.engine.running).toHaveLength(20);
  });

  it('refuses one more than may be, and says when the first of them ends', async () => {
    const replica = limitedTo(2);
    await replica.create();
    replica.clock.advanceSeconds(100);
    await replica.create({ chatId: OTHER_CHAT });
    const refused = replica.create({ chatId: THIRD_CHAT });
    await expect(refused).rejects.toMatchObject({ ...limitReached, retryAfterSeconds: 200 });
    expect(replica.engine.containersEverMade).toBe(2);
  });

  it('reuses at the limit, and conflicts before it speaks of the limit', async () => {
    const replica = limitedTo(1);
    const first = await replica.create();
    expect(await replica.create()).toEqual(first);
    await expect(replica.create({ agentId: 'other' })).rejects.toMatchObject({ code: 'sandbox_conflict' });
  });

  it('replaces at the limit', async () => {
    const replica = limitedTo(1);
    await replica.create();
    replica.engine.all.forEach((container) => replica.engine.end(container));
    expect(await replica.create()).toMatchObject({ chatId: CHAT });
  });

  it('does not count what has expired, swept or not', async () => {
    const replica = limitedTo(1);
    await replica.create();
    replica.clock.advanceSeconds(300);
    expect(await replica.create({ chatId: OTHER_CHAT })).toMatchObject({ chatId: OTHER_CHAT });
  });

  it('does not count what has died, noticed or not', async () => {
    const replica = limitedTo(1);
    await replica.create();
    replica.engine.all.forEach((container) => replica.engine.end(container));
    expect(await replica.create({ chatId: OTHER_CHAT })).toMatchObject({ chatId: OTHER_CHAT });
  });

  it('gives a place that was freed to the next', async () => {
    const replica = limitedTo(1);
    await replica.create();
    await replica.delete();
    expect(await replica.create({ chatId: OTHER_CHAT })).toMatchObject({ chatId: OTHER_CHAT });
  });

  it('gives the place of a failed start to the next', async () => {
    const replica = limitedTo(1);
    replica.engine.hasImage = false;
    await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed' });
    replica.engine.hasImage = true;
    expect(await replica.create({ chatId: OTHER_CHAT })).toMatchObject({ chatId: OTHER_CHAT });
  });

  it('lets exactly one of two newcomers have the one place', async () => {
    for (let round = 0; round < 20; round += 1) {
      const replica = limitedTo(1);
      const both = await Promise.allSettled([replica.create(), replica.create({ chatId: OTHER_CHAT })]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: limitReached });
      expect(replica.engine.running).toHaveLength(1);
    }
  });

  it('never lets more in than may be, however many come at once', async () => {
    const replica = limitedTo(3);
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, number) => replica.create({ chatId: aUuid(number + 1) })),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(replica.engine.containersEverMade).toBe(3);
  });

  it('reuses at the limit what another replica made for this chat', async () => {
    const engine = new FakeEngine();
    const theirs = await new Replica({ engine }).create();
    const replica = limitedTo(1, engine);
    await expect(replica.create({ chatId: OTHER_CHAT })).rejects.toMatchObject(limitReached);
    expect(await replica.create()).toEqual(theirs);
    await expect(replica.create({ chatId: THIRD_CHAT })).rejects.toMatchObject(limitReached);
  });

  it('speaks of the limit also where the engine does not say whether there is another', async () => {
    const replica = limitedTo(1);
    await replica.create();
    replica.runtime.faults.inject('findByChat', 'unreachable');
    await expect(replica.create({ chatId: OTHER_CHAT })).rejects.toMatchObject(limitReached);
  });
});
