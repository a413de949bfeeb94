import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';

const TOKEN = 'a-token-of-good-length';
const SECRETS = { APP_API_TOKEN: TOKEN, APP_SIGNING_KEY: 'a-signing-key-of-good-length' };

describe('a service that requires the token', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ ...SECRETS, APP_SECURITY_REQUIRE_TOKEN: 'true' });
  });
  afterAll(() => service.dispose());

  const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await service.request('GET', path, { headers })).status;
  const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

  it('answers probes without it', async () => {
    for (const path of ['/livez', '/readyz', '/api/v1/health']) expect(await statusOf(path)).toBe(200);
  });

  it('asks for it everywhere else, on unknown paths and other spellings too', async () => {
    for (const path of [
      '/api/v1/sandboxes',
      '/docs',
      '/docs/swagger-ui.css',
      '/openapi.json',
      '/nothing',
      '/LIVEZ',
      '/livez/',
      '//livez',
      '/%6civez',
    ]) {
      const { status, body } = await service.request('GET', path);
      expect([path, status, body]).toEqual([path, 401, { detail: 'unauthorized' }]);
    }
  });

  it('takes it from its header or as a bearer, whole and right only', async () => {
    const path = '/api/v1/sandboxes';
    expect(await statusOf(path, { 'X-API-Token': TOKEN })).toBe(200);
    expect(await statusOf(path, { Authorization: `Bearer ${TOKEN}` })).toBe(200);
    for (const wrong of ['', TOKEN.slice(1), `${TOKEN}x`, `${TOKEN}, ${TOKEN}`, 'null', 'undefined']) {
      expect(await statusOf(path, { 'X-API-Token': wrong })).toBe(401);
      expect(await statusOf(path, { Authorization: `Bearer ${wrong}` })).toBe(401);
    }
    expect(await statusOf(path, { Authorization: basic(TOKEN) })).toBe(401);
  });

  it('lets a browser read the documents with the token as the password', async () => {
    const asked = await service.request('GET', '/docs');
    expect(asked.headers.get('WWW-Authenticate')).toMatch(/^Basic /);
    for (const path of ['/docs', '/docs/swagger-ui.css', '/openapi.json']) {
      expect(await statusOf(path, { Authorization: basic(TOKEN) })).toBe(200);
      expect(await statusOf(path, { Authorization: basic('wrong') })).toBe(401);
    }
  });
});

describe('access, configured', () => {
  let service: Service;
  afterEach(() => service.dispose());

  it('opens the documents alone when they are public', async () => {
    service = await Service.start({
      ...SECRETS,
      APP_SECURITY_REQUIRE_TOKEN: 'true',
      APP_SECURITY_PUBLIC_DOCS: 'true',
      APP_API_TOKEN_HEADER: 'X-Other',
    });
    expect((await service.request('GET', '/docs')).status).toBe(200);
    expect((await service.request('GET', '/openapi.json')).status).toBe(200);
    expect((await service.request('GET', '/docs-internal')).status).toBe(401);
    expect(
      (await service.request('GET', '/api/v1/sandboxes', { headers: { 'X-Other': TOKEN } })).status,
    ).toBe(200);
    expect(
      (await service.request('GET', '/api/v1/sandboxes', { headers: { 'X-API-Token': TOKEN } })).status,
    ).toBe(401);
  });

  it('reads the secrets from files', async () => {
    service = await Service.prepare();
    const file = join(service.directory, 'token');
    await writeFile(file, `${TOKEN}\n`);
    await service.start({
      APP_SECURITY_REQUIRE_TOKEN: 'true',
      APP_API_TOKEN_FILE: file,
      APP_SIGNING_KEY_FILE: file,
    });
    expect(
      (await service.request('GET', '/api/v1/sandboxes', { headers: { 'X-API-Token': TOKEN } })).status,
    ).toBe(200);
  });

  it('limits the requests of a client, but not its probes, when asked to', async () => {
    service = await Service.start({ APP_HTTP_RATE_LIMIT_PER_SECOND: '5' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.request('GET', '/nothing')));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(10);
    expect(limited[0]?.body).toEqual({ detail: 'rate_limited' });
    expect(limited[0]?.headers.get('Retry-After')).toBe('1');
    const probes = await Promise.all(Array.from({ length: 30 }, () => service.request('GET', '/livez')));
    expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it.each([
    ['an open address without a token', { APP_HTTP_HOST: '0.0.0.0' }, /http\.host \(APP_HTTP_HOST\)/],
    ['a required token that is not there', { APP_SECURITY_REQUIRE_TOKEN: 'true' }, /APP_API_TOKEN/],
    [
      'several faults, and names them all',
      { APP_HTTP_PORT: 'x', APP_SANDBOX_TTL_SECONDS: '0' },
      /http\.port[^]*sandbox\.ttl_seconds/,
    ],
  ])('refuses to start with %s', async (_name, environment, message) => {
    service = await Service.prepare();
    await expect(service.start(environment)).rejects.toThrow(/ended with 1/);
    expect(service.errors).toMatch(message);
  });

  it('starts on an open address without a token when told that this is meant', async () => {
    service = await Service.prepare();
    await service.start({ APP_HTTP_HOST: '0.0.0.0', APP_SECURITY_ALLOW_UNAUTHENTICATED_NETWORK: 'true' });
    expect(await service.untilLogged('service_started')).toHaveLength(1);
  });
});
