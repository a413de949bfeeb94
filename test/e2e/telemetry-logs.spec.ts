import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { ConfigurationDirectory } from '../builders/configuration-file.js';
import { eventually } from '../support/eventually.js';
import { Collector } from '../support/otlp/collector.js';
import type { LogItem, SpanItem } from '../support/otlp/messages.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const planted = (): string => `planted-${randomBytes(12).toString('hex')}`;

describe('logs, as `npm run start:prod` sends them', () => {
  const secrets = {
    token: planted(),
    key: planted(),
    model: planted(),
    wrong: planted(),
    body: planted(),
    query: planted(),
  };
  const proxy = new EngineProxy();
  const files = new ConfigurationDirectory();
  let collector: Collector;
  let service: Service;

  beforeAll(async () => {
    collector = await Collector.open();
    await proxy.open();
    const environment = files.environmentOf('sandbox: { env: { MODEL_KEY: "${PLANTED_KEY}" } }\n', {
      ...collector.environment,
      APP_DOCKER_BASE_URL: proxy.url,
      PLANTED_KEY: secrets.model,
      APP_SECURITY_REQUIRE_TOKEN: 'true',
      APP_API_TOKEN: secrets.token,
      APP_SIGNING_KEY: secrets.key,
      APP_SANDBOX_IMAGE: await ensureTestImage('tells'),
      // It ends soon, which is seen for sure only where its agent is waited for.
      APP_SANDBOX_READY_TIMEOUT_SECONDS: '20',
      APP_LOGGING_LEVEL: 'debug',
    });
    service = await Service.prepare(environment, ['npm', 'run', '--silent', 'start:prod']);
    await service.start();
    await service.untilReady();
  }, 60_000);

  afterAll(async () => {
    await service.end('SIGTERM');
    await service.dispose();
    await proxy.close();
    await collector.close();
    files.remove();
  });

  const create = (chatId: string, headers: Record<string, string>): Promise<unknown> =>
    service.post(
      '/api/v1/create',
      { chat_id: chatId, agent_id: 'agent-test', volume_host_path: service.volume },
      { 'X-API-Token': secrets.token, ...headers },
    );

  /** The records of one request, as standard output has them and as they were sent. */
  async function ofRequest(
    requestId: string,
  ): Promise<{ lines: Record<string, unknown>[]; sent: LogItem[] }> {
    const lines = (): Record<string, unknown>[] =>
      service.log.filter(({ request_id }) => request_id === requestId);
    const sent = (): LogItem[] => collector.logs.filter((item) => item.attributes.request_id === requestId);
    const isThere = (): boolean =>
      lines().some(({ msg }) => msg === 'http_request') && sent().some(({ body }) => body === 'http_request');
    await eventually(isThere, `the records of ${requestId}`);
    return { lines: lines(), sent: sent() };
  }

  it('sends every record of a request with its trace and its request id, and writes the same', async () => {
    const traceId = randomBytes(16).toString('hex');
    const chatId = aChatId();
    await create(chatId, {
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      'X-Request-ID': 'request-1',
    });
    await eventually(() => collector.spansOf(traceId).some(({ kind }) => kind === 2), 'the trace');
    const { lines, sent } = await ofRequest('request-1');
    const spanIds = collector.spansOf(traceId).map(({ spanId }) => spanId);
    expect(sent.map(({ body }) => body)).toEqual(lines.map(({ msg }) => msg));
    expect(sent.map(({ body }) => body)).toEqual(
      expect.arrayContaining(['sandbox_start_undone', 'http_request']),
    );
    for (const item of sent) {
      expect(item.traceId).toBe(traceId);
      expect(spanIds).toContain(item.spanId);
    }
    for (const line of lines) expect(line).toMatchObject({ trace_id: traceId, request_id: 'request-1' });
    expect(lines.map(({ span_id }) => span_id)).toEqual(sent.map(({ spanId }) => spanId));
    const end = sent.find(({ body }) => body === 'http_request');
    expect(end).toMatchObject({
      severityText: 'info',
      severityNumber: 9,
      attributes: { method: 'POST', route: '/api/v1/create', status: 503 },
    });
    // Who sends is said once a batch.
    for (const { attributes } of sent) expect(attributes).not.toHaveProperty('service');
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'sandbox-master' });
    expect(typeof end?.attributes.duration_ms).toBe('number');
  });

  it('tells what a container wrote last when it did not stay up, without the secret that it was given', async () => {
    await create(aChatId(), { 'X-Request-ID': 'request-2' });
    const { lines } = await ofRequest('request-2');
    const output = String(lines.find(({ msg }) => msg === 'sandbox_start_undone')?.output);
    // What a cut at the log's own limit would have gone through, it does not know for a secret any more.
    expect(output).toMatch(/^\[redacted\] 0+\ngiven \[redacted\]\n$/);
    expect(output.length).toBeLessThanOrEqual(4096);
  });

  it('says what the engine said, without the secret that the engine repeated', async () => {
    proxy.message = `refused MODEL_KEY=${secrets.model}`;
    proxy.inject(/^POST \/containers\/create$/, 500, 1);
    const traceId = randomBytes(16).toString('hex');
    await create(aChatId(), { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` });
    const failed = (): SpanItem | undefined =>
      collector.spansOf(traceId).find(({ name }) => name === 'adapter.docker.create_sandbox');
    await eventually(() => failed() !== undefined, 'the span of the failed call');
    expect(failed()?.status?.message).toContain('refused MODEL_KEY=[redacted]');
    expect(failed()?.events[0]?.attributes['exception.message']).toContain('refused MODEL_KEY=[redacted]');
  });

  it('leaves queries and who asked out of traces', async () => {
    const traceId = randomBytes(16).toString('hex');
    await service.request('GET', `/api/v1/sandboxes?api_token=${secrets.token}&other=${secrets.query}`, {
      headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
    });
    const server = (): SpanItem | undefined => collector.spansOf(traceId).find(({ kind }) => kind === 2);
    await eventually(() => server() !== undefined, 'the span of the request');
    expect(Object.keys(server()?.attributes ?? {}).sort()).toEqual([
      'http.request.method',
      'http.response.status_code',
      'network.protocol.version',
      'url.path',
      'url.scheme',
    ]);
  });

  it('holds no secret in anything that it writes or sends', async () => {
    const attempts: Record<string, string>[] = [
      { 'X-API-Token': secrets.wrong },
      { Authorization: `Bearer ${secrets.wrong}` },
      { Authorization: `Basic ${Buffer.from(`user:${secrets.token}`).toString('base64')}` },
      { 'X-API-Token': secrets.token, Cookie: `session=${secrets.wrong}` },
    ];
    for (const [index, headers] of attempts.entries()) {
      await service.request('GET', '/openapi.json', { headers });
      await service.post(
        '/api/v1/create',
        { chat_id: secrets.body, volume_host_path: 7, token: secrets.body },
        { ...headers, 'X-Request-ID': `attempt-${index}` },
      );
      await ofRequest(`attempt-${index}`);
    }
    await service.end('SIGTERM');
    await eventually(() => collector.metric('process.cpu.time') !== undefined, 'metrics came as well');
    const written = [...service.lines, service.errors].join('\n');
    expect(written.length).toBeGreaterThan(1000);
    const everything = [written, ...collector.bodies.map(({ body }) => body.toString('latin1'))];
    const spellings = Object.entries(secrets).flatMap(([name, secret]) => [
      { name, text: secret },
      { name, text: Buffer.from(`user:${secret}`).toString('base64') },
      { name: `the end of ${name}`, text: secret.slice(-12) },
    ]);
    expect(
      spellings.filter(({ text }) => everything.some((each) => each.includes(text))).map(({ name }) => name),
    ).toEqual([]);
  });
});
