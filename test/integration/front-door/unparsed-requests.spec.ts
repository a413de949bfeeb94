import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LOGGER, type Logger } from '../../../src/observability/ports/logger.js';
import { METRICS, type Metrics } from '../../../src/observability/ports/metrics.js';
import { Random } from '../../machines/random.js';
import { WholeService } from '../../support/whole-service.js';

const HOST = 'Host: localhost\r\n';
const JSON_HEAD = `POST /api/v1/create HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;
const LONG = 'x'.repeat(20_000);

/** What no route ever sees: bytes, status, code. */
const UNPARSED: Readonly<Record<string, readonly [string, number, string]>> = {
  'the hello of TLS': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed_request'],
  'what is no HTTP': ['hello\r\n\r\n', 400, 'malformed_request'],
  'an unknown method': [`FOO / HTTP/1.1\r\n${HOST}\r\n`, 400, 'malformed_request'],
  'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_request'],
  'a version to come': [`GET /livez HTTP/1.2\r\n${HOST}\r\n`, 400, 'malformed_request'],
  'bare line feeds': ['GET /livez HTTP/1.1\nHost: localhost\n\n', 400, 'malformed_request'],
  'a blank before a colon': ['GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n', 400, 'malformed_request'],
  'a folded field': [`GET /livez HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400, 'malformed_request'],
  'a NUL in a field': [`GET /livez HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400, 'malformed_request'],
  'a large field': [`GET /livez HTTP/1.1\r\n${HOST}X: ${LONG}\r\n\r\n`, 431, 'headers_too_large'],
  'a long path': [`GET /${LONG} HTTP/1.1\r\n${HOST}\r\n`, 431, 'headers_too_large'],
  'two lengths': [`${JSON_HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400, 'malformed_request'],
  'length and chunks': [
    `${JSON_HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'malformed_request',
  ],
  'a coding that is not chunked': [`${JSON_HEAD}Transfer-Encoding: gzip\r\n\r\n`, 400, 'malformed_request'],
  'a chunk without a size': [
    `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
    'malformed_request',
  ],
  'a large chunk extension': [
    `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n1;${LONG}\r\n{`,
    413,
    'payload_too_large',
  ],
  'an expectation': [
    `${JSON_HEAD}Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}`,
    417,
    'expectation_failed',
  ],
  '500 fields': [`GET /livez HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(499)}\r\n`, 431, 'headers_too_large'],
  CONNECT: [`CONNECT elsewhere:443 HTTP/1.1\r\n${HOST}\r\n`, 405, 'method_not_allowed'],
};

/** What Node would let pass, or answer in its own way, and is a request to us. */
const HEADS: Readonly<Record<string, readonly [string, number, string]>> = {
  'a version that is none of ours': [`GET /livez HTTP/2.0\r\n${HOST}\r\n`, 505, 'http_version_not_supported'],
  'HTTP/0.9': ['GET /livez\r\n\r\n', 505, 'http_version_not_supported'],
  'no host': ['GET /livez HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
  'two hosts': [`GET /livez HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400, 'malformed_request'],
  '101 fields': [`GET /livez HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(100)}\r\n`, 431, 'headers_too_large'],
};

describe('what is no request to Express', () => {
  let service: WholeService;
  beforeAll(async () => {
    service = await WholeService.start();
  });
  afterAll(() => service.close());

  let counted: jest.SpiedFunction<Metrics['count']>;
  let logged: jest.SpiedFunction<Logger['info']>;
  beforeEach(() => {
    counted = jest.spyOn(service.app.get<Metrics>(METRICS), 'count');
    logged = jest.spyOn(service.app.get<Logger>(LOGGER), 'info');
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const refusals = (): unknown[] =>
    counted.mock.calls.filter(([name]) => name === 'http.refused.total').map(([, attributes]) => attributes);
  const answerTo = (bytes: string): Promise<string> => service.raw().send(bytes).toEnd(5000);
  const expectAnswer = (answer: string, status: number, code: string): void => {
    const [head = '', body] = answer.split('\r\n\r\n');
    expect([head.split(' ', 2), body]).toEqual([
      ['HTTP/1.1', String(status)],
      JSON.stringify({ detail: code }),
    ]);
    expect(head).toMatch(/^X-Request-ID: [0-9a-f-]{36}$/m);
    expect(head).toMatch(/^Connection: close$/m);
    expect(head).toMatch(/^Content-Type: application\/json; charset=utf-8$/m);
  };

  it.each(Object.entries(UNPARSED))(
    '%s is answered like all else, and counted',
    async (_, [bytes, status, code]) => {
      expectAnswer(await answerTo(bytes), status, code);
      expect(refusals()).toEqual([{ reason: code }]);
    },
  );

  it.each(Object.entries(HEADS))('%s is a request that is refused', async (_, [bytes, status, code]) => {
    expectAnswer(await answerTo(bytes), status, code);
    expect(refusals()).toEqual([]);
  });

  it('is told of once in a while, with the id of the answer at most', async () => {
    for (let sent = 0; sent < 20; sent += 1) await answerTo('hello\r\n\r\n');
    expect(refusals()).toHaveLength(20);
    expect(logged.mock.calls.filter(([event]) => event === 'http_refused').length).toBeLessThanOrEqual(1);
  });

  it('lets a hundred fields pass', async () => {
    const head = `GET /livez HTTP/1.1\r\n${HOST}Connection: close\r\n${'a: b\r\n'.repeat(98)}\r\n`;
    expect(await answerTo(head)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('serves HTTP/1.0, and takes no notice of an upgrade', async () => {
    expect(await answerTo(`GET /livez HTTP/1.0\r\n${HOST}\r\n`)).toMatch(
      /^HTTP\/1\.1 200 [^]*Connection: close/,
    );
    const upgrade = `GET /livez HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`;
    expect(await answerTo(upgrade)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each(['http://[/livez', 'http://[::1', 'x://', 'x://?y', 'http://a b'.replace(' ', '%20')])(
    'answers the URL %s as any unknown path',
    async (url) => {
      const answer = await answerTo(`GET ${url} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
      expectAnswer(answer, 403, 'forbidden_origin');
    },
  );

  it('goes by the host of a whole URL, not by the header beside it', async () => {
    const get = (host: string): Promise<string> =>
      answerTo(`GET http://${host}/api/v1/sandboxes HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    expect(await get('127.0.0.1')).toMatch(/{"detail":"sandbox_runtime_unavailable"}$/);
    expect(await get('rebound.example')).toMatch(/{"detail":"forbidden_origin"}$/);
  });

  it('that comes behind a request waits for that one’s answer', async () => {
    const answers = await answerTo(`GET /readyz HTTP/1.1\r\n${HOST}\r\nGARBAGE\r\n\r\n`);
    expect(answers).toMatch(
      /^HTTP\/1\.1 503 [^]*"details"[^]*}HTTP\/1\.1 400 [^]*{"detail":"malformed_request"}$/,
    );
  });

  it('leaves the client time to read, while it still sends', async () => {
    const client = service.raw().send(`GET /livez HTTP/1.1\r\n${HOST}X: `);
    for (let sent = 0; sent < 20; sent += 1) client.send(Buffer.alloc(64 * 1024, 'x'));
    expectAnswer(await client.toEnd(5000), 431, 'headers_too_large');
  });

  it('never ends the service, whatever it is', async () => {
    const random = new Random(1);
    const pieces = [...Object.values(UNPARSED), ...Object.values(HEADS)].map(([bytes]) => bytes);
    for (let round = 0; round < 300; round += 1) {
      const bytes = Buffer.from(random.pick(pieces), 'latin1');
      for (let flips = 0; flips < 3; flips += 1)
        bytes[random.below(Math.min(bytes.length, 200))] = random.below(256);
      const client = service.raw().send(bytes);
      if (round % 3 === 0) client.socket.end();
      else if (round % 5 === 0) client.socket.once('connect', () => client.leave());
    }
    expect((await service.request('GET', '/livez')).status).toBe(200);
  });
});
