import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../builders/ids.js';
import { countReached, type Route, routesOf } from '../../support/router.js';
import { sendVerbatim } from '../../support/verbatim-request.js';
import { WholeService } from '../../support/whole-service.js';

const TOKEN = 'a-token-of-good-length';
const HEADER = 'X-API-Token';
const HALF = TOKEN.length / 2;
const WRONG = TOKEN.replace(/^a/, 'b');

const OPEN = ['/api/v1/health', '/livez', '/readyz'];

const bearer = (token: string): string[] => ['Authorization', `Bearer ${token}`];
const basic = (credentials: string): string[] => [
  'Authorization',
  `Basic ${Buffer.from(credentials).toString('base64')}`,
];

/** Headers that are no token. */
const NO_TOKENS: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'an empty header': [HEADER, ''],
  'a wrong token': [HEADER, WRONG],
  'a wrong bearer': bearer(WRONG),
  'a truncated token': [HEADER, TOKEN.slice(0, -1)],
  'a truncated bearer': bearer(TOKEN.slice(1)),
  'an extended token': [HEADER, `${TOKEN}x`],
  'an extended bearer': bearer(`${TOKEN} x`),
  'the token doubled': [HEADER, TOKEN + TOKEN],
  'a list of tokens': [HEADER, `${TOKEN}, ${TOKEN}`],
  'the header twice': [HEADER, TOKEN, HEADER, TOKEN],
  'the header twice, first right': [HEADER, TOKEN, HEADER, WRONG],
  'the header twice, then right': [HEADER, WRONG, HEADER, TOKEN],
  'the header twice, in two cases': [HEADER, TOKEN, HEADER.toLowerCase(), WRONG],
  'the bearer twice': [...bearer(TOKEN), ...bearer(TOKEN)],
  'the bearer twice, first right': [...bearer(TOKEN), ...bearer(WRONG)],
  'header and bearer, both wrong': [HEADER, WRONG, ...bearer(WRONG)],
  'half in the header, half in the bearer': [HEADER, TOKEN.slice(0, HALF), ...bearer(TOKEN.slice(HALF))],
  'another case': [HEADER, TOKEN.toUpperCase()],
  'a bearer in the header': [HEADER, `Bearer ${TOKEN}`],
  'the bare token as authorization': ['Authorization', TOKEN],
  'another scheme': ['Authorization', `Token ${TOKEN}`],
  'the token as the name of Basic access': basic(`${TOKEN}:`),
  'another header': ['X-Auth-Token', TOKEN, 'X-API-Token-2', TOKEN, 'Proxy-Authorization', `Bearer ${TOKEN}`],
  'a cookie': ['Cookie', `${HEADER}=${TOKEN}; token=${TOKEN}`],
  'another method': ['X-HTTP-Method-Override', 'GET', 'X-HTTP-Method', 'GET', 'X-Method-Override', 'GET'],
  'another path': ['X-Original-URL', '/livez', 'X-Rewrite-URL', '/livez', 'X-Forwarded-Prefix', '/livez'],
  'an address of its own': ['X-Forwarded-For', '127.0.0.1', 'X-Real-IP', '127.0.0.1', 'Forwarded', 'for=::1'],
};

const encodedFirst = (path: string): string => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`;

/** Other ways to write a path, which some server or proxy takes for the same. */
const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  'a second slash': (path) => `/${path}`,
  'doubled slashes': (path) => path.replaceAll('/', '//'),
  'a dot': (path) => `/.${path}`,
  'an encoded dot': (path) => `/%2e${path}`,
  'behind an open path': (path) => `/livez/..${path}`,
  'behind an open path, encoded': (path) => `/livez/%2e%2e${path}`,
  'behind an open path, encoded twice': (path) => `/livez/%252e%252e${path}`,
  'behind an open path, by an encoded slash': (path) => `/livez%2f..${path}`,
  'behind an open path, by a semicolon': (path) => `/livez;${path}`,
  'behind an open path, by a backslash': (path) => `/livez\\..${path}`,
  'encoded slashes': (path) => `/${path.slice(1).replaceAll('/', '%2f')}`,
  backslashes: (path) => `/${path.slice(1).replaceAll('/', '\\')}`,
  'an encoded letter': encodedFirst,
  'another case': (path) => path.toUpperCase(),
  'a trailing dot': (path) => `${path}.`,
  'a trailing slash': (path) => `${path}/`,
  'a trailing semicolon': (path) => `${path};x`,
  'a trailing open path': (path) => `${path};/livez`,
  'a NUL': (path) => `${path}%00`,
  'a bad encoding': (path) => `${path}%`,
  'an extension': (path) => `${path}.json`,
  'a query': (path) => `${path}?_method=GET&token=${TOKEN}&${HEADER}=${TOKEN}&access_token=${TOKEN}`,
  'an open query': (path) => `${path}?/livez`,
  'an open fragment': (path) => `${path}#/livez`,
  'a whole URL': (path) => `http://127.0.0.1${path}`,
  'a whole URL of an open path': (path) => `http://127.0.0.1/livez/..${path}`,
  'a whole URL with an open authority': (path) => `http://livez:x@127.0.0.1${path}`,
  'a URL that is none': (path) => `http://[${path}`,
};

const filledIn = (path: string): string =>
  path.replace(':name', 'report.pdf').replaceAll(/:\w+/g, aUuid(1234));

describe.each([
  ['that asks for the token everywhere', {}],
  ['whose documents are public', { APP_SECURITY_PUBLIC_DOCS: 'true' }],
])('a router %s', (_name, environment: Record<string, string>) => {
  let service: WholeService;
  let closed: Route[];
  let reached: () => number;

  beforeAll(async () => {
    service = await WholeService.start({
      APP_SECURITY_REQUIRE_TOKEN: 'true',
      APP_API_TOKEN: TOKEN,
      APP_SIGNING_KEY: 'a-signing-key-of-good-length',
      ...environment,
    });
    const isPublic = (path: string): boolean =>
      OPEN.includes(path) ||
      (environment.APP_SECURITY_PUBLIC_DOCS === 'true' && /^\/(docs|openapi\.json)/.test(path));
    closed = routesOf(service.express).filter(({ path }) => !isPublic(path));
    reached = countReached(service.express);
  });
  afterAll(() => service.close());

  const expectRefused = async (method: string, path: string, headers: readonly string[]): Promise<void> => {
    const before = reached();
    const { status, text, headers: answered } = await sendVerbatim(service.port, method, path, headers);
    const body = method === 'HEAD' ? '' : '{"detail":"unauthorized"}';
    expect([method, path, headers, status, text]).toEqual([method, path, headers, 401, body]);
    expect(answered['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reached()).toBe(before);
  };

  it('has the routes that are tried, and each is reached with the token', async () => {
    expect(closed.length).toBeGreaterThan(20);
    for (const { method, path } of closed) {
      const before = reached();
      await sendVerbatim(service.port, method, filledIn(path), [HEADER, TOKEN]);
      expect([method, path, reached()]).toEqual([method, path, before + 1]);
    }
  });

  it('leaves none open but those that are meant to be', async () => {
    const open: string[] = [];
    for (const { method, path } of routesOf(service.express)) {
      const { status } = await sendVerbatim(service.port, method, filledIn(path));
      if (status !== 401) open.push(path);
    }
    const paths = new Set(closed.map(({ path }) => path));
    expect(open.filter((path) => paths.has(path))).toEqual([]);
    expect(open).toEqual(expect.arrayContaining(OPEN));
  });

  it.each(Object.entries(NO_TOKENS))('reaches no route by %s', async (_what, headers) => {
    for (const { method, path } of closed) await expectRefused(method, filledIn(path), headers);
  });

  it.each(Object.entries(SPELLINGS))('reaches no route spelt with %s', async (_what, spelt) => {
    for (const { method, path } of closed) await expectRefused(method, spelt(filledIn(path)), []);
  });

  it('reaches no route behind the documents', async () => {
    const status = environment.APP_SECURITY_PUBLIC_DOCS === 'true' ? 404 : 401;
    for (const { method, path } of closed) {
      const answer = await sendVerbatim(service.port, method, `/docs/..${filledIn(path)}`);
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }
  });

  it('reaches no route by another method', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'POST', 'DELETE'])
      for (const path of new Set(closed.map((route) => filledIn(route.path))))
        await expectRefused(method, path, ['X-HTTP-Method-Override', 'GET']);
  });
});
