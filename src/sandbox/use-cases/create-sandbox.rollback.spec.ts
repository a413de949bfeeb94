import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RuntimeMethod } from '../../../test/fakes/faults.js';
import { Replica } from '../../../test/fakes/replica.js';
import type { RuntimeFailure } from '../ports/sandbox-runtime.js';

describe('CreateSandbox, where a step fails', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  async function expectFailure(reason: string): Promise<void> {
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      detail: `sandbox_start_failed: ${reason}`,
    });
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['error']);
  }

  async function expectRecovery(): Promise<void> {
    replica.runtime.faults.heal();
    expect(await replica.create()).toMatchObject({ agentId: 'agent-local' });
    expect(replica.engine.running).toHaveLength(1);
  }

  const refusals: [RuntimeMethod, RuntimeFailure, string][] = [
    ['prepare', 'unreachable', 'Docker unreachable'],
    ['prepare', 'timed-out', 'Docker timed out'],
    ['prepare', 'failed', 'Docker failed'],
    ['create', 'image-missing', 'image missing'],
    ['create', 'mount-source-missing', 'mount source missing'],
    ['create', 'refused', 'Docker refused the container'],
    ['create', 'failed', 'Docker failed'],
    ['create', 'timed-out', 'Docker timed out'],
    ['create', 'unreachable', 'Docker unreachable'],
    ['start', 'network-missing', 'network missing'],
    ['start', 'mount-source-missing', 'mount source missing'],
    ['start', 'refused', 'Docker refused the container'],
    ['start', 'failed', 'Docker failed'],
    ['start', 'timed-out', 'Docker timed out'],
    ['start', 'unreachable', 'Docker unreachable'],
    ['find', 'unreachable', 'Docker unreachable'],
    ['find', 'timed-out', 'Docker timed out'],
  ];

  it.each(refusals)('leaves nothing behind and names the cause: %s, %s', async (method, failure, reason) => {
    replica.runtime.faults.inject(method, failure);
    await expectFailure(reason);
    await expectRecovery();
  });

  it('names the exit code of one that ends at once, and keeps its last words in the log', async () => {
    replica.engine.onStart = 'exit';
    await expectFailure('exited with code 3');
    expect(replica.logger.fieldsOf('sandbox_start_undone')).toMatchObject([{ output: 'last words' }]);
  });

  it('says that there is no address', async () => {
    replica.engine.onStart = 'run-without-address';
    await expectFailure('no address on the network');
  });

  it('says that a directory of the chat cannot be made', async () => {
    replica.directories.isBroken = true;
    await expectFailure('chat directory cannot be made');
    expect(replica.engine.containersEverMade).toBe(0);
  });

  it('says that a source of a mount is missing', async () => {
    replica.engine.missingSources.add('/tmp/volume');
    await expectFailure('mount source missing');
  });

  it('says that it was removed while it was starting', async () => {
    const start = replica.runtime.faults.hold('start');
    const failure = expectFailure('container was removed while it was starting');
    await start.reached;
    replica.engine.containers.clear();
    start.release();
    await failure;
  });

  it('removes the container also when it cannot be saved', async () => {
    replica.registry.isBroken = true;
    await expect(replica.create()).rejects.toThrow('disk full');
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
    replica.registry.isBroken = false;
    await expectRecovery();
  });

  it('removes it also when its output cannot be read', async () => {
    replica.engine.onStart = 'exit';
    replica.runtime.faults.inject('readOutput', 'timed-out');
    await expectFailure('exited with code 3');
  });

  it('tells the first cause where undoing fails too, and leaves the rest to the sweep', async () => {
    replica.engine.onStart = 'exit';
    replica.runtime.faults.inject('remove', 'timed-out');
    await expect(replica.create()).rejects.toMatchObject({ reason: 'exited with code 3' });
    expect(replica.logger.events).toContain('sandbox_start_undo_failed');
    replica.runtime.faults.heal();
    await replica.sweep();
    expect(replica.engine.all).toEqual([]);
  });

  it('marks the span as failed', async () => {
    replica.engine.hasImage = false;
    await expectFailure('image missing');
    expect(replica.tracer.spans).toMatchObject([
      { attributes: { 'sandbox.result': 'error' }, error: { code: 'sandbox_start_failed' } },
    ]);
  });
});
