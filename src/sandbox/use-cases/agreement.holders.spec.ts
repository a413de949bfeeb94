import { beforeEach, describe, expect, it } from '@jest/globals';
import { cleanupCounts } from '../../../test/builders/cleanup.js';
import { OTHER_CHAT } from '../../../test/builders/ids.js';
import { NOW, secondsAgo } from '../../../test/builders/times.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('a pass towards agreement, of network holders', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  const holders = () => [...replica.engine.holders.values()];

  it('leaves those that wait and those that sandboxes are in', async () => {
    replica.runtime.fillPool(2);
    await replica.create();
    expect(await replica.sweep()).toEqual(cleanupCounts());
    expect(holders()).toHaveLength(2);
  });

  it('removes one whose sandbox was taken away, and forgets that', async () => {
    replica.runtime.fillPool(1);
    const { containerId } = await replica.create();
    replica.engine.containers.delete(containerId);
    expect(await replica.sweep()).toEqual(cleanupCounts({ forgotten: 1, holder_removed: 1 }));
    expect(holders()).toEqual([]);
    expect(replica.logger.fieldsOf('network_holder_removed')).toMatchObject([{ reason: 'orphaned' }]);
    expect(replica.metrics.resultsOf('sandbox.cleanup.total')).toContain('holder_removed');
  });

  it('removes one that another replica has left', async () => {
    replica.engine.placeHolder({ isTaken: true });
    replica.engine.placeHolder({ state: 'created', createdAt: secondsAgo(60) });
    replica.engine.placeHolder({ state: 'created', createdAt: NOW });
    replica.engine.placeHolder({ instance: 'other', isTaken: true });
    expect(await replica.sweep()).toEqual(cleanupCounts({ holder_removed: 2 }));
    expect(holders()).toMatchObject([{ state: 'created', createdAt: NOW }, { instance: 'other' }]);
  });

  it('removes a sandbox whose holder has died', async () => {
    replica.runtime.fillPool(1);
    await replica.create();
    replica.engine.holders.clear();
    expect(await replica.sweep()).toEqual(cleanupCounts({ orphan_removed: 1 }));
    expect(replica.engine.all).toEqual([]);
  });

  it('removes in the next pass what went not with its sandbox', async () => {
    replica.runtime.fillPool(1);
    replica.engine.canRemoveHolders = false;
    await replica.create();
    await replica.delete();
    expect(holders()).toHaveLength(1);
    expect(await replica.sweep()).toEqual(cleanupCounts({ holder_removed: 1 }));
    expect(holders()).toEqual([]);
  });

  it('tells of one that it cannot remove, goes on, and tries again in the next pass', async () => {
    replica.engine.placeHolder({ isTaken: true });
    replica.engine.placeHolder({ isTaken: true });
    replica.runtime.faults.inject('removeHolder', 'failed', { times: 1 });
    replica.engine.place({ claim: { chatId: OTHER_CHAT, expiresAt: NOW } });
    expect(await replica.sweep()).toEqual(cleanupCounts({ expired: 1, holder_removed: 1, error: 1 }));
    expect(replica.logger.fieldsOf('sandbox_cleanup_failed')).toMatchObject([
      { holder_id: expect.any(String) },
    ]);
    expect(await replica.sweep()).toEqual(cleanupCounts({ holder_removed: 1 }));
  });

  it('does not count one that has gone meanwhile', async () => {
    replica.engine.placeHolder({ isTaken: true });
    const removal = replica.runtime.faults.hold('removeHolder');
    const sweep = replica.sweep();
    await removal.reached;
    replica.engine.holders.clear();
    removal.release();
    expect(await sweep).toEqual(cleanupCounts());
  });

  it('asks the engine once where there is nothing to do', async () => {
    replica.runtime.fillPool(1);
    await replica.create();
    const before = replica.runtime.faults.countOf('find');
    await replica.sweep();
    expect(replica.runtime.faults.countOf('list')).toBe(1);
    expect(replica.runtime.faults.countOf('find')).toBe(before);
  });
});
