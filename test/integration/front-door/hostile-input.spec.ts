import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../builders/ids.js';
import { WholeService } from '../../support/whole-service.js';

const MAX_BYTES = 64 * 1024;

const nested = (open: string, close: string): string => {
  const depth = Math.floor((MAX_BYTES - 100) / (open.length + close.length));
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};

/** Bodies that are JSON, and no request. */
const BODIES: Readonly<Record<string, string>> = {
  'deep arrays': nested('[', ']'),
  'deep objects': nested('{"a":', '}'),
  'deep arrays in a field': `{"chat_id":${nested('[', ']')}}`,
  'deep objects in a field': `{"user_id":${nested('{"a":', '}')}}`,
  'a prototype': '{"__proto__":{"polluted":true,"chat_id":"x"}}',
  'a prototype deeper down': '{"chat_id":{"__proto__":{"polluted":true}}}',
  'a constructor': '{"constructor":{"prototype":{"polluted":true}}}',
  'names of methods': '{"toString":1,"hasOwnProperty":2,"valueOf":3,"then":4,"toJSON":5}',
  'a long name': `{"${'x'.repeat(MAX_BYTES - 20)}":1}`,
  'a long value': `{"chat_id":"${'x'.repeat(MAX_BYTES - 20)}"}`,
  'many names': `{${Array.from({ length: 7000 }, (_, index) => `"${index}":1`).join()}}`,
  'a large number': `{"chat_id":${'9'.repeat(MAX_BYTES - 20)}}`,
  'half a character': '{"chat_id":"\\ud800","agent_id":"\\ud800","volume_host_path":"/tmp/\\ud800"}',
  'a NUL': '{"chat_id":"\\u0000","agent_id":"\\u0000","volume_host_path":"/tmp/\\u0000"}',
  'the same name twice': `{"chat_id":"${aUuid(1)}","chat_id":"x"}`,
};

const QUERIES = [
  'limit[]=1',
  'limit[a]=1',
  'limit%5B%5D=1',
  'limit=1&limit=2',
  'cursor[]=x',
  'cursor=x&cursor=y',
  '__proto__=1',
  '__proto__[polluted]=true',
  '__proto__.polluted=true',
  'constructor[prototype][polluted]=true',
  'hasOwnProperty=1',
  'limit=1e2',
  'limit=0x10',
  'limit=-0',
  'limit=%31%00',
  'limit=%ff',
  'limit=%',
  'cursor=%f0%28%8c%28',
  `cursor=${'x'.repeat(14_000)}`,
  `limit=${'9'.repeat(14_000)}`,
  'x&'.repeat(7000),
  '&'.repeat(14_000) + 'x=1',
  '='.repeat(14_000),
];

describe('hostile input', () => {
  let service: WholeService;
  beforeAll(async () => {
    service = await WholeService.start();
  });
  afterAll(() => service.close());

  const expectRefused = async (answer: Response): Promise<unknown[]> => {
    const { detail } = (await answer.json()) as { detail: unknown };
    expect([answer.status, Array.isArray(detail)]).toEqual([422, true]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    return detail as unknown[];
  };

  const post = (path: string, body: string): Promise<Response> =>
    service.request('POST', path, { headers: { 'Content-Type': 'application/json' }, body });

  it.each(Object.entries(BODIES))('%s in a body is a fault of the request', async (_, body) => {
    for (const path of ['/api/v1/create', '/api/v1/workspaces', `/api/v1/workspaces/${aUuid(2)}/chats`])
      expect((await expectRefused(await post(path, body))).length).toBeLessThanOrEqual(100);
  });

  it('counts the last of two that have one name, in every rule', async () => {
    const body = `{"chat_id":"${aUuid(1)}","agent_id":"a","volume_host_path":"/srv","agent_id":"\\t"}`;
    expect(await expectRefused(await post('/api/v1/create', body))).toMatchObject([
      { loc: ['body', 'agent_id'] },
    ]);
  });

  it.each(QUERIES.map((query) => [query.slice(0, 40), query]))(
    '%j in a query is a fault of the request',
    async (_, query) => {
      for (const path of ['/api/v1/sandboxes', '/api/v1/workspaces'])
        expect(
          (await expectRefused(await service.request('GET', `${path}?${query}`))).length,
        ).toBeLessThanOrEqual(100);
    },
  );
});
