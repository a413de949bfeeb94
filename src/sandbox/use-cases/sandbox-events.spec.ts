import { beforeEach, describe, expect, it } from '@jest/globals';
import { OTHER_CHAT } from '../../../test/builders/ids.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('SandboxEvents, of the time that creates take', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  it('measure it for each result, and not for requests that break a rule', async () => {
    const { containerId } = await replica.create();
    await replica.create();
    await expect(replica.create({ agentId: 'agent-other' })).rejects.toMatchObject({ kind: 'conflict' });
    replica.engine.containers.delete(containerId);
    await replica.create();
    replica.runtime.faults.inject('create', 'refused');
    await expect(replica.create({ chatId: OTHER_CHAT })).rejects.toThrow();
    await expect(replica.create({ volumeHostPath: 'relative' })).rejects.toMatchObject({ kind: 'invalid' });
    const measured = replica.metrics.durations.filter(({ name }) => name === 'sandbox.create.duration_ms');
    expect(measured.map(({ attributes }) => attributes)).toEqual([
      { result: 'created' },
      { result: 'reused' },
      { result: 'conflict' },
      { result: 'replaced' },
      { result: 'error' },
    ]);
    expect(measured.filter(({ ms }) => ms >= 0 && ms < 5000)).toHaveLength(5);
  });
});
