import { describe, expect, it } from '@jest/globals';
import { OTHER_CHAT } from '../../../test/builders/ids.js';
import { Replica } from '../../../test/fakes/replica.js';
import { eventually } from '../../../test/support/eventually.js';

const patient = (readyTimeoutSeconds: number): Replica => new Replica({ sandbox: { readyTimeoutSeconds } });

describe('the wait for a new sandbox', () => {
  it('does not take place by default', async () => {
    const replica = patient(0);
    replica.probe.failuresFirst = Infinity;
    await replica.create();
    expect(replica.probe.asked).toEqual([]);
  });

  it('ends with the first answer, at the endpoint that is handed out', async () => {
    const replica = patient(5);
    replica.probe.failuresFirst = 2;
    const { endpoint } = await replica.create();
    expect(replica.probe.asked).toEqual([endpoint, endpoint, endpoint]);
  });

  it('ends when its time is over, and nothing is left of the sandbox', async () => {
    const replica = patient(0.15);
    replica.probe.failuresFirst = Infinity;
    await expect(replica.create()).rejects.toMatchObject({
      code: 'sandbox_start_failed',
      reason: 'not ready in time',
    });
    expect(replica.engine.all).toEqual([]);
    expect(await replica.registry.list()).toEqual([]);
    expect(replica.logger.fieldsOf('sandbox_start_undone')).toHaveLength(1);
  });

  it('ends when the container does, and names its exit code and its last words', async () => {
    const replica = patient(5);
    replica.probe.failuresFirst = Infinity;
    replica.probe.onTry = () => replica.engine.all.forEach((container) => replica.engine.end(container, 42));
    await expect(replica.create()).rejects.toMatchObject({ reason: 'exited with code 42' });
    expect(replica.logger.fieldsOf('sandbox_start_undone')).toMatchObject([{ output: 'last words' }]);
    expect(replica.engine.all).toEqual([]);
  });

  it('ends when the container was removed', async () => {
    const replica = patient(5);
    replica.probe.failuresFirst = Infinity;
    replica.probe.onTry = () => replica.engine.containers.clear();
    await expect(replica.create()).rejects.toMatchObject({
      reason: 'container was removed while it was starting',
    });
  });

  it('goes on while the engine does not answer', async () => {
    const replica = patient(5);
    replica.probe.failuresFirst = 1;
    replica.probe.onTry = () => replica.runtime.faults.inject('find', 'unreachable', { times: 1 });
    expect(await replica.create()).toMatchObject({ agentId: 'agent-local' });
  });

  it('does not take place for a reuse', async () => {
    const replica = patient(5);
    await replica.create();
    await replica.create();
    expect(replica.probe.asked).toHaveLength(1);
  });

  it('takes no place in the queue of starts', async () => {
    const replica = new Replica({ sandbox: { readyTimeoutSeconds: 5, maxConcurrentStarts: 1 } });
    replica.probe.failuresFirst = Infinity;
    const both = Promise.all([replica.create(), replica.create({ chatId: OTHER_CHAT })]);
    await eventually(
      () => replica.engine.running.length === 2,
      'the second starts while the first is not ready',
    );
    replica.probe.failuresFirst = 0;
    expect(await both).toHaveLength(2);
  });
});
