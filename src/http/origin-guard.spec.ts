import { describe, expect, it } from '@jest/globals';
import { aSecurityConfig } from '../../test/builders/configuration.js';
import { type Handled, handledBy } from '../../test/fakes/http.js';
import { originGuard } from './origin-guard.js';

const ask = (headers: Record<string, string>, security = {}): Handled =>
  handledBy(originGuard(aSecurityConfig(security)), { headers });

const LOCAL = [
  '127.0.0.1:8123',
  '127.0.0.1',
  'localhost:8123',
  'LOCALHOST',
  '[::1]:8123',
  '[::1]',
  '127.9.9.9:80',
];

describe('originGuard', () => {
  it.each(LOCAL)('lets a request for %s pass', (host) => {
    expect(ask({ host }).hasPassed).toBe(true);
  });

  it.each(LOCAL)("lets a page of the service's own at %s pass", (host) => {
    expect(ask({ host, origin: `http://${host}` }).hasPassed).toBe(true);
    expect(ask({ host, origin: `https://${host}` }).hasPassed).toBe(true);
  });

  it.each([
    'evil.example',
    'evil.example:8123',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '10.0.0.1:8123',
    'sandbox-master:8123',
    '0.0.0.0',
    '[::]',
    'localhost:8123:80',
    'user@127.0.0.1',
    '',
  ])('refuses a request for %j', (host) => {
    expect(ask({ host })).toMatchObject({
      hasPassed: false,
      status: 403,
      body: { detail: 'forbidden_origin' },
    });
  });

  it('refuses a request without a host', () => {
    expect(ask({}).status).toBe(403);
  });

  it.each([
    'https://evil.example',
    'http://localhost:9999',
    'http://127.0.0.1',
    'null',
    '',
    'http://localhost:8123.evil.example',
    'file://localhost:8123',
  ])('refuses a page of %j', (origin) => {
    expect(ask({ host: 'localhost:8123', origin })).toMatchObject({ hasPassed: false, status: 403 });
  });

  it('lets anything pass where the token is required, since no page has that', () => {
    const headers = { host: 'evil.example', origin: 'https://evil.example' };
    expect(ask(headers, { requireToken: true }).hasPassed).toBe(true);
  });

  describe('on a network that was allowed by name', () => {
    const open = { allowUnauthenticatedNetwork: true };

    it.each(['10.0.0.1:8123', '[fd00::1]:8123', 'sandbox-master:8123', 'localhost'])(
      'lets %s pass',
      (host) => {
        expect(ask({ host }, open).hasPassed).toBe(true);
      },
    );

    it.each(['evil.example', 'evil.example:8123', 'a.b', ''])('refuses %j', (host) => {
      expect(ask({ host }, open).status).toBe(403);
    });

    it('refuses a foreign page all the same', () => {
      expect(ask({ host: '10.0.0.1', origin: 'http://evil.example' }, open).status).toBe(403);
    });
  });
});
