import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../test/builders/ids.js';
import { minutesFromNow } from '../../../test/builders/times.js';
import type { FakeContainer } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';
import type { Sandbox } from '../domain/sandbox.js';

describe('CreateSandbox, where the old sandbox is no longer active', () => {
  let replica: Replica;
  let old: Sandbox;
  let container: FakeContainer;

  beforeEach(async () => {
    replica = new Replica();
    old = await replica.create();
    const found = replica.engine.containers.get(old.containerId);
    if (found === undefined) throw new Error('there is no container');
    container = found;
  });

  const endings: [string, () => void][] = [
    ['has expired at this very moment', () => replica.clock.advanceSeconds(300)],
    ['expired long ago', () => replica.clock.advanceSeconds(86_400)],
    ['has died', () => replica.engine.end(container)],
    ['was paused', () => (container.state = 'dead')],
    ['was removed', () => replica.engine.containers.delete(container.containerId)],
    ['has lost its address', () => (container.ip = null)],
  ];

  it.each(endings)('replaces one that %s', async (_, end) => {
    end();
    const sandbox = await replica.create();
    expect(sandbox.sessionId).not.toBe(old.sessionId);
    expect(replica.engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
    expect(await replica.registry.list()).toEqual([sandbox]);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'replaced']);
    expect(replica.logger.fieldsOf('sandbox_replaced')).toMatchObject([{ session_id: old.sessionId }]);
  });

  it.each(endings)('takes new terms where the old one %s', async (_, end) => {
    end();
    const terms = { agentId: 'other', volumeHostPath: '/tmp/other' };
    expect(await replica.create(terms)).toMatchObject(terms);
  });

  it('counts the life time from now', async () => {
    replica.clock.advanceSeconds(600);
    expect((await replica.create()).expiresAt).toEqual(minutesFromNow(15));
  });

  it('ends an expired one with the grace, and goes on where that fails', async () => {
    replica.clock.advanceSeconds(300);
    replica.runtime.faults.inject('stop', 'failed');
    const sandbox = await replica.create();
    expect(replica.engine.all.map(({ containerId }) => containerId)).toEqual([sandbox.containerId]);
    expect(replica.logger.events).toContain('sandbox_stop_failed');
  });

  it('keeps the record where the old container cannot be removed', async () => {
    replica.clock.advanceSeconds(300);
    replica.runtime.faults.inject('remove', 'refused');
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      reason: 'Docker refused the container',
    });
    expect(await replica.registry.find(CHAT)).toEqual(old);
    expect(replica.engine.containersEverMade).toBe(1);
  });

  describe('and has lost its address', () => {
    beforeEach(() => {
      container.ip = null;
    });

    it.each([
      ['cannot be removed', (): void => replica.runtime.faults.inject('remove', 'failed')],
      ['cannot be followed by another', (): void => replica.runtime.faults.inject('create', 'refused')],
      [
        'is followed by one without an address',
        (): unknown => (replica.engine.onStart = 'run-without-address'),
      ],
    ])('has a failure of its own where it %s', async (_, fail) => {
      fail();
      await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_endpoint_unavailable' });
      expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'error']);
    });
  });

  it('says start failed, not endpoint unavailable, where a dead one cannot be replaced', async () => {
    replica.engine.end(container);
    replica.engine.hasImage = false;
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      reason: 'image missing',
    });
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
  });
});
