import { describe, expect, it } from '@jest/globals';
import { aSecurityConfig } from '../../test/builders/configuration.js';
import { type Handled, handledBy, type RequestFacts } from '../../test/fakes/http.js';
import { tokenGuard } from './token-guard.js';

const TOKEN = 'the-token-of-this-service';
const ask = (facts: RequestFacts, security = {}): Handled =>
  handledBy(tokenGuard(aSecurityConfig({ requireToken: true, apiToken: TOKEN, ...security })), {
    path: '/api/v1/sandboxes',
    ...facts,
  });

const basic = (credentials: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

describe('tokenGuard', () => {
  it('asks for nothing where no token is required', () => {
    expect(ask({}, { requireToken: false }).hasPassed).toBe(true);
    expect(ask({}, { requireToken: false, apiToken: null }).hasPassed).toBe(true);
  });

  it.each([
    ['the header', { 'x-api-token': TOKEN }],
    ['a bearer', { authorization: `Bearer ${TOKEN}` }],
    ['a bearer in another case', { authorization: `bearer  ${TOKEN}` }],
    ['the header beside a wrong bearer', { 'x-api-token': TOKEN, authorization: 'Bearer wrong' }],
  ])('lets the token pass as %s', (_, headers) => {
    expect(ask({ headers }).hasPassed).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['an empty header', { 'x-api-token': '' }],
    ['a wrong token', { 'x-api-token': 'wrong' }],
    ['the beginning of the token', { 'x-api-token': TOKEN.slice(0, -1) }],
    ['the token and more', { 'x-api-token': `${TOKEN}x` }],
    ['the token in another case', { 'x-api-token': TOKEN.toUpperCase() }],
    ['the bare token as authorization', { authorization: TOKEN }],
    ['Basic outside the documents', basic(`user:${TOKEN}`)],
    ['an empty bearer', { authorization: 'Bearer ' }],
  ])('refuses %s', (_, headers) => {
    expect(ask({ headers })).toMatchObject({
      hasPassed: false,
      status: 401,
      body: { detail: 'unauthorized' },
      headers: { 'WWW-Authenticate': expect.stringMatching(/^Bearer /) },
    });
  });

  it.each([
    ['the header', ['X-API-Token', TOKEN, 'x-api-token', TOKEN]],
    ['the header, one of them wrong', ['X-API-Token', TOKEN, 'X-API-Token', 'wrong']],
    ['the bearer', ['Authorization', `Bearer ${TOKEN}`, 'authorization', `Bearer ${TOKEN}`]],
  ])('refuses %s sent twice', (_, rawHeaders) => {
    expect(ask({ rawHeaders }).status).toBe(401);
  });

  it('takes the header under its configured name only', () => {
    const security = { tokenHeader: 'X-Other' };
    expect(ask({ headers: { 'x-other': TOKEN } }, security).hasPassed).toBe(true);
    expect(ask({ headers: { 'x-api-token': TOKEN } }, security).hasPassed).toBe(false);
  });

  it('lets nobody pass where the token is required and there is none', () => {
    expect(ask({ headers: { 'x-api-token': '' } }, { apiToken: null }).status).toBe(401);
  });

  it.each(['/api/v1/health', '/livez', '/readyz'])('leaves %s open', (path) => {
    expect(ask({ path }).hasPassed).toBe(true);
  });

  it.each([
    '/api/v1/health/',
    '/API/v1/health',
    '//livez',
    '/livez/../api/v1/sandboxes',
    '/readyz%2f',
    '/metrics',
    '/nowhere',
    '/',
    '/docs',
    '/docs/x',
    '/openapi.json',
  ])('closes %s', (path) => {
    expect(ask({ path }).status).toBe(401);
  });

  describe('on the documents', () => {
    it.each(['/docs', '/docs/swagger-ui.css', '/openapi.json'])('takes Basic access at %s', (path) => {
      expect(ask({ path, headers: basic(`anyone:${TOKEN}`) }).hasPassed).toBe(true);
      expect(ask({ path, headers: basic(`:${TOKEN}`) }).hasPassed).toBe(true);
      expect(ask({ path, headers: basic('anyone:wrong') }).hasPassed).toBe(false);
    });

    it('asks a browser for it', () => {
      expect(ask({ path: '/docs' }).headers['WWW-Authenticate']).toMatch(/^Basic /);
    });

    it.each(['/docs', '/docs/x', '/openapi.json'])('leaves %s open where they are public', (path) => {
      expect(ask({ path }, { publicDocs: true }).hasPassed).toBe(true);
    });

    it.each(['/docsx', '/openapi.json/', '/api/v1/sandboxes'])('closes %s even so', (path) => {
      expect(ask({ path }, { publicDocs: true }).status).toBe(401);
    });
  });

  it('copes with a token that holds a colon', () => {
    const headers = basic('user:a:b:c');
    expect(ask({ path: '/docs', headers }, { apiToken: 'a:b:c' }).hasPassed).toBe(true);
  });
});
