import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../builders/ids.js';
import { eventually } from '../../support/eventually.js';
import type { RawConnection } from '../../support/raw-connection.js';
import { WholeService } from '../../support/whole-service.js';

const HEADERS_MS = 600;
const LIMITS = { maxConnections: 8, headersTimeoutMs: HEADERS_MS, checkIntervalMs: 100, keepAliveMs: 300 };
const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('a slow client', () => {
  let service: WholeService;
  beforeAll(async () => {
    service = await WholeService.start({}, LIMITS);
  });
  afterAll(() => service.close());

  /** Sends a byte again and again, until the other side has had enough. */
  const drip = async (client: RawConnection, bytes: string, everyMs: number): Promise<number> => {
    const beganMs = performance.now();
    for (const byte of bytes) {
      if (client.isClosed) break;
      client.send(byte);
      await sleep(everyMs);
    }
    return performance.now() - beganMs;
  };

  it('that sends nothing is cut off, without an answer that a later request would get', async () => {
    expect(await service.raw().toEnd(5000)).toBe('');
  });

  it('whose head comes byte by byte is told so, and cut off', async () => {
    const client = service.raw();
    expect(await drip(client, `GET /livez HTTP/1.1\r\nX: ${'x'.repeat(200)}`, 50)).toBeLessThan(3000);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 [^]*X-Request-ID: [^]*{"detail":"request_timeout"}$/);
  });

  it('whose second head on a connection comes byte by byte is cut off as well', async () => {
    const client = service.raw().send(LIVEZ);
    await eventually(() => client.received !== '', 'the first answer');
    expect(await drip(client, `GET /livez HTTP/1.1\r\nX: ${'x'.repeat(200)}`, 50)).toBeLessThan(3000);
    expect(client.received).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 408 /);
  });

  it('that keeps a connection and asks for nothing is cut off', async () => {
    const client = service.raw().send(LIVEZ);
    expect(await client.toEnd(5000)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('that goes on with a body that nobody reads is cut off', async () => {
    const client = service.raw().send(`${LIVEZ.trimEnd()}\r\nContent-Length: 1000\r\n\r\n`);
    expect(await drip(client, 'x'.repeat(100), 100)).toBeLessThan(8000);
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
  }, 15_000);

  it('uploads as slowly as it likes', async () => {
    const post = async (path: string, body: object): Promise<Record<string, string>> => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await service.request('POST', path, { headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, string>;
    };
    await eventually(async () => {
      const { details } = (await (await service.request('GET', '/readyz')).json()) as {
        details: { database: { status: string } };
      };
      return details.database.status === 'up';
    }, 'the database is ready');
    const { workspace_id } = await post('/api/v1/workspaces', { user_id: aUuid(1) });
    const { chat_id } = await post(`/api/v1/workspaces/${workspace_id}/chats`, {});
    const client = service.raw();
    client.begin('PUT', `/api/v1/chats/${chat_id}/files/by-name/slow`, { 'Content-Length': '40' });
    await drip(client, 'x'.repeat(40), HEADERS_MS / 10);
    await eventually(() => client.received.startsWith('HTTP/1.1 201'), 'the answer');
  });
});

describe('many connections', () => {
  let service: WholeService;
  beforeAll(async () => {
    service = await WholeService.start({}, { ...LIMITS, headersTimeoutMs: 10_000, keepAliveMs: 10_000 });
  });
  afterAll(() => service.close());

  it('over the limit are closed, and those that idle make room', async () => {
    const idle = service.raw().send(LIVEZ);
    await eventually(() => idle.received !== '', 'the answer');
    const silent = Array.from({ length: LIMITS.maxConnections - 1 }, () => service.raw());
    await eventually(() => silent.every(({ socket }) => !socket.connecting), 'all are connected');
    expect(await service.raw().toEnd(5000)).toBe('');
    await idle.toEnd(5000);
    const next = service.raw().send(LIVEZ);
    await eventually(() => next.received.startsWith('HTTP/1.1 200'), 'the answer');
    for (const client of [...silent, next]) client.leave();
  });

  it('are not what one that sends many requests ahead amounts to', async () => {
    const answers = await service.raw().send(LIVEZ.repeat(40)).toEnd(5000);
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses.slice(0, 33)).toEqual([...Array<string>(32).fill('200'), '429']);
    expect(answers).toMatch(/Retry-After: 1[^]*{"detail":"rate_limited"}$/);
  });
});
