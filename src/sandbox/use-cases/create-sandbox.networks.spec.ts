import { beforeEach, describe, expect, it } from '@jest/globals';
import { OTHER_CHAT } from '../../../test/builders/ids.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('CreateSandbox, where networks wait', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
    replica.runtime.fillPool(1);
  });

  const holders = () => [...replica.engine.holders.values()];

  it('answers with the address of one, and the next, for which there is none, with its own', async () => {
    const [holder] = holders();
    expect((await replica.create()).endpoint.ip).toBe(holder?.ip);
    const other = await replica.create({ chatId: OTHER_CHAT });
    expect(other.endpoint.ip).not.toBe(holder?.ip);
    expect(replica.engine.running).toMatchObject([
      { networkHolderId: holder?.holderId },
      { networkHolderId: null },
    ]);
  });

  it('answers from the same one when it is asked again', async () => {
    const first = await replica.create();
    expect(await replica.create()).toEqual(first);
    expect(replica.engine.containersEverMade).toBe(1);
  });

  it('starts in a network of its own when the one that it was put into has died', async () => {
    const start = replica.runtime.faults.hold('start');
    const create = replica.create();
    await start.reached;
    replica.engine.holders.clear();
    start.release();
    expect((await create).endpoint.ip).toMatch(/^172/);
    expect(replica.engine.all).toMatchObject([{ state: 'running', networkHolderId: null }]);
    expect(replica.engine.containersEverMade).toBe(2);
    expect(replica.logger.events).toContain('network_holder_lost');
  });

  it('starts in a network of its own when the engine refuses to make it in one that is gone', async () => {
    replica.runtime.faults.inject('create', 'network-holder-lost', { times: 1 });
    replica.engine.holders.clear();
    await replica.create();
    expect(replica.engine.all).toMatchObject([{ state: 'running', networkHolderId: null }]);
  });

  it('starts in a network of its own when the one that it is in has lost its address', async () => {
    for (const holder of holders()) holder.ip = null;
    expect((await replica.create()).endpoint.ip).toMatch(/^172/);
    expect(replica.engine.all).toMatchObject([{ networkHolderId: null }]);
    expect(holders()).toEqual([]);
  });

  it('tries that once, and leaves nothing where it fails as well', async () => {
    replica.runtime.faults.inject('start', 'network-holder-lost');
    await expect(replica.create()).rejects.toMatchObject({
      detail: 'sandbox_start_failed: network was lost while it was starting',
    });
    expect(replica.engine.all).toEqual([]);
    expect(holders()).toEqual([]);
    expect(replica.engine.containersEverMade).toBe(2);
  });

  it('replaces a sandbox whose network has died', async () => {
    const first = await replica.create();
    replica.engine.holders.clear();
    const next = await replica.create();
    expect(next.sessionId).not.toBe(first.sessionId);
    expect(replica.engine.all).toHaveLength(1);
  });

  it('leaves nothing of either when the start fails for another reason', async () => {
    replica.engine.onStart = 'exit';
    await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed' });
    expect([replica.engine.all, holders()]).toEqual([[], []]);
  });

  it('leaves nothing of either when it is deleted', async () => {
    await replica.create();
    await replica.delete();
    expect([replica.engine.all, holders()]).toEqual([[], []]);
  });
});
