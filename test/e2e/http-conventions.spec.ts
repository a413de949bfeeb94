import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { aChatId, type Answer, Service } from '../support/service.js';

describe('the conventions of every route', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start();
  });
  afterAll(() => service.dispose());

  const expectDetail = ({ status, body }: Answer<unknown>, expected: number, detail: string): void => {
    expect([status, body]).toEqual([expected, { detail }]);
  };
  const locationsOf = ({ status, body }: Answer<unknown>): unknown => {
    expect(status).toBe(422);
    const { detail } = body as { detail: { loc: unknown; msg: string; type: string }[] };
    for (const { msg, type } of detail)
      expect([msg.length > 0, type]).toEqual([true, expect.stringMatching(/^[a-z_]+$/)]);
    return detail.map(({ loc }) => loc);
  };

  it('says who answers, without touching anything', async () => {
    const { status, body } = await service.request('GET', '/api/v1/health');
    expect([status, body]).toEqual([
      200,
      { status: 'ok', service: 'sandbox-master', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    ]);
  });

  it('knows no route but its own, in no other spelling', async () => {
    for (const path of [
      '/',
      '/nothing',
      '/api/v1/sandboxes/',
      '/API/v1/sandboxes',
      '/api/v1//sandboxes',
      '/livez/',
    ]) {
      expectDetail(await service.request('GET', path), 404, 'not_found');
    }
  });

  it('says which methods a path has', async () => {
    const wrong = await service.request('PUT', '/api/v1/create');
    expectDetail(wrong, 405, 'method_not_allowed');
    expect(wrong.headers.get('Allow')).toBe('POST');
    const sandbox = await service.request('PATCH', `/api/v1/sandboxes/${aChatId()}`);
    expectDetail(sandbox, 405, 'method_not_allowed');
    expect(sandbox.headers.get('Allow')).toBe('DELETE, GET, HEAD');
    expectDetail(await service.request('OPTIONS', '/api/v1/create'), 405, 'method_not_allowed');
  });

  it('names every fault of a body with its place', async () => {
    expect(locationsOf(await service.post('/api/v1/create', {}))).toEqual([
      ['body', 'chat_id'],
      ['body', 'agent_id'],
      ['body', 'volume_host_path'],
    ]);
    const bad = { chat_id: 'x', agent_id: '\t', volume_host_path: 5, extra: 1 };
    expect(locationsOf(await service.post('/api/v1/create', bad))).toEqual([
      ['body', 'chat_id'],
      ['body', 'agent_id'],
      ['body', 'volume_host_path'],
      ['body', 'extra'],
    ]);
    for (const body of ['[]', 'null', '"text"', '5']) {
      expect(locationsOf(await service.post('/api/v1/create', body))).toEqual([['body']]);
    }
    expect(locationsOf(await service.request('POST', '/api/v1/create'))).toEqual([['body']]);
    const valid = { chat_id: aChatId(), agent_id: 'a', volume_host_path: service.volume };
    const deep = `{"agent_id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(locationsOf(await service.post('/api/v1/create', deep))).toHaveLength(3);
    const polluted = `${JSON.stringify(valid).slice(0, -1)},"__proto__":{"agent_id":"b"}}`;
    expect(locationsOf(await service.post('/api/v1/create', polluted))).toEqual([['body', '__proto__']]);
  });

  it.each([
    ['a relative path', 'relative'],
    ['a path outside the allowed roots', '/srv/elsewhere'],
    ['the root', '/'],
    ['a system directory by its other name', '/var/run/x'],
    ['a path with a control character', '/tmp/a\u0000b'],
    ['another home', '~root'],
    ['a file', '/etc/hostname'],
  ])('refuses %s as a volume', async (_name, volume) => {
    const request = { chat_id: aChatId(), agent_id: 'a', volume_host_path: volume };
    expect(locationsOf(await service.post('/api/v1/create', request))).toEqual([
      ['body', 'volume_host_path'],
    ]);
  });

  it('refuses the directories of the service itself, their parents and what lies below', async () => {
    const own = `${service.directory}/own`;
    for (const volume of [
      own,
      service.directory,
      `${own}/chats`,
      `${own}/chats/x`,
      `${own}/database/y`,
      `${own}/tools`,
    ]) {
      const request = { chat_id: aChatId(), agent_id: 'a', volume_host_path: volume };
      expect(locationsOf(await service.post('/api/v1/create', request))).toEqual([
        ['body', 'volume_host_path'],
      ]);
    }
  });

  it('names the faults of paths and queries', async () => {
    expect(locationsOf(await service.request('GET', '/api/v1/sandboxes/nobody'))).toEqual([
      ['path', 'chat_id'],
    ]);
    expect(locationsOf(await service.request('DELETE', '/api/v1/sandboxes/%ZZ'))).toEqual([['path']]);
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=', 'limit=1&limit=2']) {
      expect(locationsOf(await service.request('GET', `/api/v1/sandboxes?${query}`))).toEqual([
        ['query', 'limit'],
      ]);
    }
    expect(locationsOf(await service.request('GET', '/api/v1/sandboxes?cursor=nonsense'))).toEqual([
      ['query', 'cursor'],
    ]);
    expect(locationsOf(await service.request('GET', '/api/v1/sandboxes?surprise=1'))).toEqual([
      ['query', 'surprise'],
    ]);
  });

  it('tells malformed, foreign, compressed and too large bodies apart', async () => {
    expectDetail(await service.post('/api/v1/create', '{"chat_id":'), 400, 'malformed_json');
    const latin1 = { 'Content-Type': 'application/json; charset=latin1' };
    expectDetail(
      await service.post('/api/v1/create', '{}', { 'Content-Type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
    expectDetail(await service.post('/api/v1/create', '{}', latin1), 415, 'unsupported_media_type');
    expectDetail(
      await service.post('/api/v1/create', '{}', { 'Content-Encoding': 'gzip' }),
      415,
      'unsupported_media_type',
    );
    expectDetail(await service.post('/api/v1/create', ' '.repeat(65_537)), 413, 'payload_too_large');
    expect(locationsOf(await service.post('/api/v1/create', `{}${' '.repeat(65_534)}`))).toHaveLength(3);
    const notUtf8 = new Uint8Array([0x22, 0xff, 0x22]);
    const answer = await service.request('POST', '/api/v1/create', {
      body: notUtf8,
      headers: { 'Content-Type': 'application/json' },
    });
    expectDetail(answer, 400, 'malformed_json');
  });

  it('lets a client that sends far too much read its answer', async () => {
    const { hostname, port, host } = new URL(service.address);
    const socket = connect(Number(port), hostname);
    const megabytes = 4;
    socket.write(`POST /api/v1/create HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`);
    socket.write(`Content-Length: ${megabytes * 1024 * 1024}\r\n\r\n`);
    for (let sent = 0; sent < megabytes; sent += 1) socket.write(' '.repeat(1024 * 1024));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 [^]*{"detail":"payload_too_large"}$/);
  });

  it('keeps foreign pages out', async () => {
    const { host } = new URL(service.address);
    const from = (origin: string): Promise<Answer<unknown>> =>
      service.request('GET', '/api/v1/sandboxes', { headers: { Origin: origin } });
    expectDetail(await from('http://elsewhere.example'), 403, 'forbidden_origin');
    expectDetail(await from('null'), 403, 'forbidden_origin');
    expect((await from(`http://${host}`)).status).toBe(200);

    const { hostname, port } = new URL(service.address);
    const socket = connect(Number(port), hostname);
    socket.end('GET /api/v1/sandboxes HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 [^]*{"detail":"forbidden_origin"}$/);
  });

  it('echoes a request id that is fit, makes one otherwise, and writes it into every line', async () => {
    const asked = await service.request('GET', '/nothing', { headers: { 'X-Request-ID': 'trace-me-42' } });
    expect(asked.headers.get('X-Request-ID')).toBe('trace-me-42');
    const made = await service.request('GET', '/nothing', { headers: { 'X-Request-ID': 'x'.repeat(129) } });
    expect(made.headers.get('X-Request-ID')).toMatch(/^[0-9a-f-]{36}$/);
    const lines = () => service.log.filter(({ request_id }) => request_id === 'trace-me-42');
    await eventually(() => lines().length > 0, 'a line with the id');
    expect(lines()).toMatchObject([{ msg: 'http_request', method: 'GET', status: 404 }]);
  });
});
