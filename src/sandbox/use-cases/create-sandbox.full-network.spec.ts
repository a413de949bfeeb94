import { beforeEach, describe, expect, it } from '@jest/globals';
import { Replica } from '../../../test/fakes/replica.js';

describe('CreateSandbox, where a network is full', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
    replica.engine.fullNetworks.add('sandbox');
  });

  const networksInUse = (): string[] => replica.engine.running.map(({ network }) => network);
  const aChat = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

  it('starts on the next one, and leaves nothing of the first try', async () => {
    const { sessionId, containerId } = await replica.create();
    expect(replica.engine.all).toMatchObject([
      { containerId, network: 'sandbox-2', state: 'running', claim: { sessionId } },
    ]);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created']);
    expect(replica.logger.events).not.toContain('sandbox_start_undone');
  });

  it('goes past several', async () => {
    for (const name of ['sandbox-2', 'sandbox-3']) replica.engine.fullNetworks.add(name);
    await replica.create();
    expect(networksInUse()).toEqual(['sandbox-4']);
  });

  it('remembers it, so that the next start goes there at once', async () => {
    await replica.create({ chatId: aChat(1) });
    const madeBefore = replica.engine.containersEverMade;
    await replica.create({ chatId: aChat(2) });
    expect(replica.engine.containersEverMade).toBe(madeBefore + 1);
    expect(networksInUse()).toEqual(['sandbox-2', 'sandbox-2']);
  });

  it('serves creates of many chats at once, each with one container', async () => {
    const chats = Array.from({ length: 8 }, (_, index) => aChat(index));
    await Promise.all(chats.map((chatId) => replica.create({ chatId })));
    expect(networksInUse()).toEqual(chats.map(() => 'sandbox-2'));
    expect(replica.engine.all).toHaveLength(chats.length);
  });

  it('says that there is no room when all are full, and leaves nothing behind', async () => {
    for (let number = 2; number <= 16; number += 1) replica.engine.fullNetworks.add(`sandbox-${number}`);
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      detail: 'sandbox_start_failed: no room on any network',
    });
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
  });

  it('gives up after as many tries as there are networks, whatever the engine says', async () => {
    replica.runtime.faults.inject('start', 'network-full');
    await expect(replica.create()).rejects.toMatchObject({ reason: 'no room on any network' });
    expect(replica.engine.containersEverMade).toBe(16);
    expect(replica.engine.all).toEqual([]);
  });

  it('tries again where two replicas made a network at once, and does so a few times only', async () => {
    replica.runtime.faults.inject('start', 'network-ambiguous', { times: 2 });
    replica.engine.fullNetworks.clear();
    await replica.create();
    expect(replica.engine.all).toHaveLength(1);
    await replica.delete();

    const madeBefore = replica.engine.containersEverMade;
    replica.runtime.faults.inject('start', 'network-ambiguous');
    await expect(replica.create()).rejects.toMatchObject({ reason: 'several networks of one name' });
    expect(replica.engine.containersEverMade).toBe(madeBefore + 3);
    expect(replica.engine.all).toEqual([]);
  });

  it('does not try further when the container cannot be removed, and leaves it to the sweep', async () => {
    replica.runtime.faults.inject('remove', 'timed-out');
    await expect(replica.create()).rejects.toMatchObject({ reason: 'Docker timed out' });
    expect(replica.engine.containersEverMade).toBe(1);
    replica.runtime.faults.heal();
    replica.clock.advanceSeconds(60);
    await replica.sweep();
    expect(replica.engine.all).toEqual([]);
  });

  it('says that no addresses are left for another network', async () => {
    replica.runtime.faults.inject('create', 'address-pools-exhausted', { spared: 1 });
    await expect(replica.create()).rejects.toMatchObject({
      reason: 'no addresses left for another network',
    });
    expect(replica.engine.all).toEqual([]);
  });
});
