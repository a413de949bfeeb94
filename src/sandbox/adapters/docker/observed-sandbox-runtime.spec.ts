import { beforeEach, describe, expect, it } from '@jest/globals';
import { aClaim } from '../../../../test/builders/containers.js';
import { FakeEngine } from '../../../../test/fakes/fake-engine.js';
import { FakeLivenessWatch } from '../../../../test/fakes/fake-liveness-watch.js';
import { FakeSandboxRuntime } from '../../../../test/fakes/fake-sandbox-runtime.js';
import { RecordingMetrics, RecordingTracer } from '../../../../test/fakes/observability.js';
import { ObservedSandboxRuntime } from './observed-sandbox-runtime.js';

describe('ObservedSandboxRuntime', () => {
  let fake: FakeSandboxRuntime;
  let metrics: RecordingMetrics;
  let tracer: RecordingTracer;
  let runtime: ObservedSandboxRuntime;

  beforeEach(() => {
    fake = new FakeSandboxRuntime(new FakeEngine());
    metrics = new RecordingMetrics();
    tracer = new RecordingTracer();
    runtime = new ObservedSandboxRuntime(
      fake,
      metrics,
      tracer,
      (text) => text.replaceAll('hidden', '***'),
      new FakeLivenessWatch(fake),
    );
  });

  it('answers as the one within does', async () => {
    await runtime.prepare();
    await runtime.ping();
    const claim = aClaim();
    const id = await runtime.create({ claim, chatHostPath: '/chats/x' });
    await runtime.start(id);
    expect(await runtime.find(id)).toMatchObject({ state: 'running', claim });
    expect(await runtime.findByChat(claim.chatId)).toMatchObject({ containerId: id });
    expect(await runtime.list()).toHaveLength(1);
    expect(await runtime.readOutput(id)).toBe('');
    await runtime.stop(id, 1);
    expect([await runtime.remove(id), await runtime.remove(id)]).toEqual([true, false]);
    expect(runtime.dataDirectories()).toEqual(fake.dataDirectories());
  });

  it.each([
    [
      'create',
      'create_sandbox',
      'create',
      () => runtime.create({ claim: aClaim(), chatHostPath: '/chats/x' }),
    ],
    ['start', 'start', 'start', () => runtime.start('missing')],
    ['stop', 'stop_sandbox', 'stop', () => runtime.stop('missing', 1)],
    ['remove', 'delete_sandbox', 'delete', () => runtime.remove('missing')],
    ['list', 'list_sandboxes', 'list', () => runtime.list()],
  ] as const)('traces, times and counts a failure of %s', async (method, span, operation, call) => {
    fake.faults.inject(method, 'timed-out');
    await expect(call()).rejects.toMatchObject({ failure: 'timed-out' });
    expect(tracer.spans).toMatchObject([{ name: `adapter.docker.${span}`, error: { failure: 'timed-out' } }]);
    expect(metrics.durations).toMatchObject([
      { name: `sandbox.runtime.${operation}.duration_ms`, attributes: { operation, result: 'error' } },
    ]);
    expect(metrics.counted).toEqual([
      { name: 'sandbox.runtime.error.total', attributes: { operation, 'error.type': 'timed-out' } },
    ]);
  });

  it('times a success and counts no error', async () => {
    await runtime.list();
    expect(metrics.counted).toEqual([]);
    expect(metrics.durations).toMatchObject([{ attributes: { operation: 'list', result: 'ok' } }]);
    expect(tracer.spans).toMatchObject([{ error: null }]);
  });

  it('puts all ids into the spans of each call on a container, and none into metrics', async () => {
    const claim = aClaim();
    await runtime.prepare();
    const containerId = await runtime.create({ claim, chatHostPath: '/chats/x' });
    await runtime.start(containerId);
    await runtime.stop(containerId, 1);
    await runtime.remove(containerId);
    const ids = {
      'chat.id': claim.chatId,
      'session.id': claim.sessionId,
      'agent.id': claim.agentId,
      'container.id': containerId,
    };
    expect(tracer.spans.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'adapter.docker.create_sandbox', attributes: { ...ids, 'sandbox.result': 'created' } },
      { name: 'adapter.docker.start', attributes: { ...ids, 'sandbox.result': 'started' } },
      { name: 'adapter.docker.stop_sandbox', attributes: { ...ids, 'sandbox.result': 'stopped' } },
      { name: 'adapter.docker.delete_sandbox', attributes: { ...ids, 'sandbox.result': 'deleted' } },
    ]);
    const measured = JSON.stringify([metrics.durations, metrics.counted]);
    for (const id of Object.values(ids)) expect(measured).not.toContain(id);
  });

  it('knows whose the containers are that others made', async () => {
    const containerId = await fake.create({ claim: aClaim(), chatHostPath: '/chats/x' });
    await runtime.list();
    await runtime.remove(containerId);
    expect(tracer.last('adapter.docker.delete_sandbox')?.attributes).toMatchObject({
      'chat.id': aClaim().chatId,
    });
  });

  it('counts failures of looks at containers, without a span', async () => {
    fake.faults.inject('find', 'unreachable');
    await expect(runtime.find('x')).rejects.toMatchObject({ failure: 'unreachable' });
    expect(metrics.counted).toEqual([
      {
        name: 'sandbox.runtime.error.total',
        attributes: { operation: 'inspect', 'error.type': 'unreachable' },
      },
    ]);
    expect(tracer.spans).toEqual([]);
  });

  it('strikes secrets out of what containers wrote', async () => {
    const { containerId } = fake.engine.place({ output: 'the hidden word' });
    expect(await runtime.readOutput(containerId)).toBe('the *** word');
  });

  it("passes the caller's limit on", async () => {
    await expect(runtime.ping(0)).rejects.toMatchObject({ failure: 'timed-out' });
    await expect(runtime.list(0)).rejects.toMatchObject({ failure: 'timed-out' });
    await expect(runtime.stop('x', 1, 0)).rejects.toMatchObject({ failure: 'timed-out' });
  });
});
