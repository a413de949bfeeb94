import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { Collector } from '../support/otlp/collector.js';
import type { SpanItem } from '../support/otlp/messages.js';
import { aChatId, type Answer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const ERROR = 2;
const SERVER = 2;

describe('traces', () => {
  let collector: Collector;
  let service: Service;
  const proxy = new EngineProxy();

  beforeAll(async () => {
    collector = await Collector.open();
    const image = await ensureTestImage('silent');
    await proxy.open();
    service = await Service.start({
      ...collector.environment,
      APP_SANDBOX_IMAGE: image,
      APP_DOCKER_BASE_URL: proxy.url,
    });
  }, 60_000);

  afterAll(async () => {
    await service.dispose();
    await proxy.close();
    await collector.close();
  });

  /** Makes a request as part of a trace of the caller's, and waits until its spans are in, the server's being last. */
  async function traced<T>(
    call: (headers: Record<string, string>) => Promise<Answer<T>>,
  ): Promise<{ answer: Answer<T>; spans: SpanItem[]; callerSpanId: string }> {
    const [traceId, callerSpanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const answer = await call({ traceparent: `00-${traceId}-${callerSpanId}-01` });
    const isIn = (): boolean => collector.spansOf(traceId).some(({ kind }) => kind === SERVER);
    await eventually(isIn, 'the spans of the request');
    return { answer, spans: collector.spansOf(traceId), callerSpanId };
  }

  const create = (chatId: string, overrides = {}): ReturnType<typeof traced<Record<string, unknown>>> =>
    traced((headers) => {
      const body = { chat_id: chatId, agent_id: 'agent-test', volume_host_path: service.volume };
      return service.post('/api/v1/create', { ...body, ...overrides }, headers);
    });

  const named = (spans: readonly SpanItem[], name: string): SpanItem => {
    const found = spans.filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as SpanItem;
  };

  it('makes one trace of a create, from the request to the engine, and continues that of the caller', async () => {
    const chatId = aChatId();
    const { answer, spans, callerSpanId } = await create(chatId);
    const server = named(spans, 'POST /api/v1/create');
    const useCase = named(spans, 'usecase.create_sandbox');
    const [made, started] = ['adapter.docker.create_sandbox', 'adapter.docker.start'].map((name) =>
      named(spans, name),
    );
    expect(server).toMatchObject({ parentSpanId: callerSpanId, kind: SERVER });
    expect(server.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/create',
      'http.response.status_code': 200,
    });
    expect(useCase.parentSpanId).toBe(server.spanId);
    expect([made?.parentSpanId, started?.parentSpanId]).toEqual([useCase.spanId, useCase.spanId]);

    const sandbox = answer.body as { session_id: string; container_id: string; endpoint: { ip: string } };
    const ids = {
      'chat.id': chatId,
      'session.id': sandbox.session_id,
      'container.id': sandbox.container_id,
      'agent.id': 'agent-test',
    };
    expect(useCase.attributes).toEqual({
      ...ids,
      'volume.host_path': service.volume,
      'sandbox.result': 'created',
      'sandbox.endpoint.ip': sandbox.endpoint.ip,
      'sandbox.endpoint.port': 8000,
      'sandbox.session_agent.id': 'agent-test',
      'sandbox.session_volume.host_path': service.volume,
    });
    expect(made?.attributes).toEqual({ ...ids, 'sandbox.result': 'created' });
    expect(started?.attributes).toEqual({ ...ids, 'sandbox.result': 'started' });
    expect(spans.filter(({ status }) => status?.code === ERROR)).toEqual([]);
  });

  it('tells a reuse, a conflict, which is no error, and a deletion', async () => {
    const chatId = aChatId();
    const { body: first } = await service.create(chatId);
    const reuse = await create(chatId);
    expect(named(reuse.spans, 'usecase.create_sandbox').attributes).toMatchObject({
      'sandbox.result': 'reused',
      'session.id': first.session_id,
      'container.id': first.container_id,
      'sandbox.endpoint.ip': first.endpoint.ip,
    });

    const conflict = await create(chatId, { agent_id: 'agent-other' });
    expect(conflict.answer.status).toBe(409);
    const refused = named(conflict.spans, 'usecase.create_sandbox');
    expect(refused.attributes).toEqual({
      'chat.id': chatId,
      'session.id': first.session_id,
      'container.id': first.container_id,
      'agent.id': 'agent-other',
      'volume.host_path': service.volume,
      'sandbox.result': 'conflict',
      'sandbox.conflict.reason': 'agent_id',
      'sandbox.session_agent.id': 'agent-test',
      'sandbox.session_volume.host_path': service.volume,
    });
    expect(
      conflict.spans.filter(({ status, events }) => status?.code === ERROR || events.length > 0),
    ).toEqual([]);

    const deletion = await traced((headers) =>
      service.request('DELETE', `/api/v1/sandboxes/${chatId}`, { headers }),
    );
    const server = named(deletion.spans, 'DELETE /api/v1/sandboxes/:chat_id');
    const useCase = named(deletion.spans, 'usecase.delete_sandbox');
    const ids = {
      'chat.id': chatId,
      'session.id': first.session_id,
      'container.id': first.container_id,
      'agent.id': 'agent-test',
      'sandbox.result': 'deleted',
    };
    expect(useCase).toMatchObject({ parentSpanId: server.spanId, attributes: ids });
    expect(named(deletion.spans, 'adapter.docker.delete_sandbox')).toMatchObject({
      parentSpanId: useCase.spanId,
      attributes: ids,
    });
  });

  it('tells both sandboxes of a replacement', async () => {
    const chatId = aChatId();
    const { body: old } = await service.create(chatId);
    await engine.getContainer(old.container_id).kill();
    const { answer, spans } = await create(chatId, { agent_id: 'agent-next' });
    const next = answer.body as { session_id: string; container_id: string };
    expect(named(spans, 'usecase.create_sandbox').attributes).toMatchObject({
      'sandbox.result': 'replaced',
      'sandbox.previous_session.id': old.session_id,
      'sandbox.previous_container.id': old.container_id,
      'sandbox.previous_agent.id': 'agent-test',
      'sandbox.previous_volume.host_path': service.volume,
      'sandbox.new_session.id': next.session_id,
      'sandbox.new_container.id': next.container_id,
      'sandbox.new_agent.id': 'agent-next',
      'sandbox.new_volume.host_path': service.volume,
    });
    expect(await service.untilLogged('sandbox_died')).toMatchObject([{ container_id: old.container_id }]);
  });

  it('records an error where it arises', async () => {
    proxy.inject(/^POST \/containers\/[0-9a-f]+\/start$/, 500, 1);
    const { answer, spans } = await create(aChatId());
    expect(answer.status).toBe(503);
    const call = named(spans, 'adapter.docker.start');
    expect(call).toMatchObject({ status: { code: ERROR }, attributes: { 'sandbox.result': 'error' } });
    expect(call.events.map(({ name }) => name)).toEqual(['exception']);
    expect(call.events[0]?.attributes['exception.message']).toContain('injected');
    expect(named(spans, 'usecase.create_sandbox')).toMatchObject({
      status: { code: ERROR },
      attributes: { 'sandbox.result': 'error' },
    });
    expect(named(spans, 'POST /api/v1/create').status?.code).toBe(ERROR);
    expect(named(spans, 'adapter.docker.create_sandbox').status?.code).not.toBe(ERROR);
  });

  it('tells of a client that went away before its answer as 499, and not as 200', async () => {
    const traceId = randomBytes(16).toString('hex');
    proxy.inject(/^GET \/containers\/json$/, 'hang', 1);
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
    const leaving = AbortSignal.timeout(300);
    await expect(
      service.request('GET', '/api/v1/sandboxes', { headers, signal: leaving }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
    const server = (): SpanItem | undefined => collector.spansOf(traceId).find(({ kind }) => kind === SERVER);
    await eventually(() => server() !== undefined, 'the span of the request');
    expect(server()).toMatchObject({
      name: 'GET /api/v1/sandboxes',
      attributes: { 'http.response.status_code': 499, 'http.route': '/api/v1/sandboxes' },
    });
    const counted = (): unknown =>
      collector
        .metric('http.server.request.duration')
        ?.points.find(({ attributes }) => attributes['http.response.status_code'] === 499);
    await eventually(() => counted() !== undefined, 'the measured request');
    expect(await service.untilLogged('http_request')).toContainEqual(
      expect.objectContaining({ route: '/api/v1/sandboxes', status: null, aborted: true }),
    );
  });

  it('tells why one sandbox could not be looked at', async () => {
    const chatId = aChatId();
    await service.create(chatId);
    proxy.inject(/^GET \/containers\/[^/]+\/json$/, 500, 1);
    const { answer, spans } = await traced((headers) =>
      service.request('GET', `/api/v1/sandboxes/${chatId}`, { headers }),
    );
    expect(answer.status).toBe(503);
    const useCase = named(spans, 'usecase.get_sandbox');
    expect(useCase).toMatchObject({ status: { code: ERROR }, attributes: { 'sandbox.result': 'error' } });
    expect(useCase.events[0]?.attributes['exception.message']).toContain('injected');
    // Where it is borne already, the request's span has the status alone.
    expect(named(spans, 'GET /api/v1/sandboxes/:chat_id')).toMatchObject({
      status: { code: ERROR },
      events: [],
    });
  });

  describe('of files', () => {
    const chatId = aChatId();
    const upload = (name: string): ReturnType<typeof traced<Record<string, unknown>>> =>
      traced((headers) =>
        service.request('PUT', `/api/v1/chats/${chatId}/files/by-name/${name}`, {
          headers,
          body: 'x'.repeat(200_000),
        }),
      );

    beforeAll(async () => {
      const { body } = await service.post<{ workspace_id: string }>('/api/v1/workspaces', {
        user_id: aChatId(),
      });
      await service.post(`/api/v1/workspaces/${body.workspace_id}/chats`, { chat_id: chatId });
    });

    it('make one trace of an upload, from the request to the disk', async () => {
      const { answer, spans } = await upload('secret-name.txt');
      expect(answer.status).toBe(201);
      const server = spans.find(({ kind }) => kind === SERVER);
      const useCase = named(spans, 'usecase.store_file');
      expect(useCase).toMatchObject({
        parentSpanId: server?.spanId,
        attributes: { 'chat.id': chatId, 'file.size': 200_000 },
      });
      for (const step of ['stage', 'write', 'seal'])
        expect(named(spans, `adapter.files.${step}`).parentSpanId).toBe(useCase.spanId);
      const transaction = spans.find(
        ({ spanId }) => spanId === named(spans, 'adapter.files.place').parentSpanId,
      );
      expect(transaction?.name).toBe('adapter.database.transaction');
      expect(spans.filter(({ status }) => status?.code === ERROR)).toEqual([]);
      const attributes = spans.filter(({ kind }) => kind !== SERVER).map((span) => span.attributes);
      expect(JSON.stringify(attributes)).not.toContain('secret-name');
    });

    it('bear what nobody has foreseen', async () => {
      const directory = join(service.directory, 'own', 'chats', chatId);
      await rm(directory, { recursive: true });
      await writeFile(directory, 'no directory');
      const { answer, spans } = await upload('notes.txt');
      expect(answer.status).toBe(500);
      expect(named(spans, 'usecase.store_file')).toMatchObject({
        status: { code: ERROR },
        events: [{ name: 'exception', attributes: { 'exception.type': 'ENOTDIR' } }],
      });
    });
  });

  it('has spans of the database, and marks an unknown workspace as no error', async () => {
    const { answer, spans } = await traced((headers) =>
      service.request('GET', `/api/v1/workspaces/${aChatId()}`, { headers }),
    );
    expect(answer.status).toBe(404);
    const span = spans.find(({ name }) => name.startsWith('adapter.database.'));
    expect(span?.attributes).toMatchObject({ 'db.system.name': 'sqlite' });
    expect(spans.filter(({ status }) => status?.code === ERROR)).toEqual([]);
  });

  it('traces the reconcile on its own, and neither probes nor what nobody asked for', async () => {
    await eventually(
      () => collector.spans.some(({ name }) => name === 'usecase.reconcile_sandboxes'),
      'the reconcile is traced',
    );
    const reconcile = named(collector.spans, 'usecase.reconcile_sandboxes');
    expect(reconcile.parentSpanId).toBeUndefined();
    expect(
      collector
        .spansOf(reconcile.traceId)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['adapter.docker.list_sandboxes', 'usecase.reconcile_sandboxes']);
    const { spans } = await traced((headers) => service.request('GET', '/nowhere', { headers }));
    expect(spans.map(({ name }) => name)).toEqual(['GET']);
    // The service has been asked for its readiness since it started.
    expect(collector.spans.filter(({ attributes }) => attributes['url.path'] === '/readyz')).toEqual([]);
  });

  it('traces each sweep on its own', async () => {
    const sweeper = await Service.start({
      ...collector.environment,
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_LOGGING_LEVEL: 'debug',
    });
    try {
      const sweeps = (): SpanItem[] =>
        collector.spans.filter(({ name }) => name === 'usecase.cleanup_expired_sandboxes');
      await eventually(() => sweeps().length >= 2, 'two sweeps are traced');
      const [one, other] = sweeps();
      expect([one?.parentSpanId, other?.parentSpanId]).toEqual([undefined, undefined]);
      expect(one?.traceId).not.toBe(other?.traceId);
      expect(one?.attributes).toMatchObject({ 'sandbox.cleanup.expired': 0, 'sandbox.cleanup.error': 0 });
      // What they came to is logged within them.
      const swept = (): unknown[] => sweeper.logged('sandbox_swept').map(({ trace_id }) => trace_id);
      await eventually(() => swept().includes(one?.traceId), 'the end of a sweep is logged with its trace');
    } finally {
      await sweeper.dispose();
    }
  });

  it('says who sends', () => {
    expect(collector.resources[0]).toMatchObject({
      'service.name': 'sandbox-master',
      'deployment.environment.name': 'local',
    });
  });
});
