import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { anHttpConfig } from '../../test/builders/configuration.js';
import { handledBy } from '../../test/fakes/http.js';
import { rateLimiter } from './rate-limit.js';

/** The statuses of that many requests, one right after the other. */
async function statuses(rateLimitPerSecond: number, count: number, path = '/'): Promise<number[]> {
  const app = express();
  app.use(rateLimiter(anHttpConfig({ rateLimitPerSecond })), (_request, response) => {
    response.end();
  });
  const server = app.listen(0, '127.0.0.1');
  try {
    const answers = await Promise.all(Array.from({ length: count }, () => request(server).get(path)));
    return answers.map(({ status }) => status);
  } finally {
    server.close();
  }
}

describe('rateLimiter', () => {
  it('limits nothing by default', async () => {
    expect(await statuses(0, 10)).toEqual(Array<number>(10).fill(200));
  });

  it('lets no more than the rate through at once', async () => {
    const found = await statuses(3, 8);
    expect(found.filter((status) => status === 200).length).toBeLessThanOrEqual(6);
    expect(found).toContain(429);
  });

  it('says when to go on', async () => {
    const app = express();
    app.use(rateLimiter(anHttpConfig({ rateLimitPerSecond: 0.1 })), (_request, response) => {
      response.end();
    });
    await request(app).get('/');
    const refused = await request(app).get('/');
    expect([refused.status, refused.body]).toEqual([429, { detail: 'rate_limited' }]);
    expect(refused.headers['retry-after']).toBe('10');
  });

  it('allows a rate that is no whole number on the average', async () => {
    expect((await statuses(1.5, 5)).filter((status) => status === 200)).toHaveLength(2);
  });

  it.each([
    ['two IPv4 addresses', '192.0.2.1', '192.0.2.2', true],
    ['one IPv4 address in two forms', '192.0.2.1', '::ffff:192.0.2.1', false],
    ['two IPv4 addresses written as IPv6', '::ffff:192.0.2.1', '::ffff:192.0.2.2', true],
    ['two addresses of one IPv6 network', '2001:db8:0:1::1', '2001:db8:0:2:ffff::2', false],
    ['two IPv6 networks', '2001:db8:0:1::1', '2001:db8:1:1::1', true],
    ['one with a zone', 'fe80::1%eth0', 'fe80::2%eth0', false],
  ])('takes %s for two clients: %j %j %j', (_, one, other, areTwo) => {
    const limiter = rateLimiter(anHttpConfig({ rateLimitPerSecond: 1 }));
    expect(handledBy(limiter, { ip: one }).hasPassed).toBe(true);
    expect(handledBy(limiter, { ip: one })).toMatchObject({ status: 429, headers: { 'Retry-After': '1' } });
    expect(handledBy(limiter, { ip: other }).hasPassed).toBe(areTwo);
  });

  it.each(['/livez', '/readyz', '/api/v1/health'])('never limits %s', async (path) => {
    expect(await statuses(1, 6, path)).toEqual(Array<number>(6).fill(200));
  });
});
