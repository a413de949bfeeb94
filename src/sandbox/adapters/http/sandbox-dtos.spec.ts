import type { ArgumentMetadata } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { RequestInvalidError } from '../../../http/http-error.js';
import { RequestPipe } from '../../../http/request-pipe.js';
import { ChatPathDto, CreateSandboxDto, ListSandboxesQuery } from './sandbox-dtos.js';

const BODY = { chat_id: '1'.repeat(32), agent_id: 'agent-local', volume_host_path: '/tmp/volume' };

const check = async (
  value: unknown,
  metatype: ArgumentMetadata['metatype'] = CreateSandboxDto,
): Promise<unknown> => new RequestPipe().transform(value, { type: 'body', metatype });

async function faultyFields(value: unknown, metatype?: ArgumentMetadata['metatype']): Promise<string[]> {
  try {
    await check(value, metatype);
  } catch (error) {
    if (error instanceof RequestInvalidError)
      return error.faults.map(({ loc, type }) => `${String(loc[1])} ${type}`);
    throw error;
  }
  return [];
}

const GOOD_AGENTS = [
  'a',
  'agent-local',
  'an agent with blanks',
  ' padded ',
  'агент',
  '👩‍💻',
  'a=b;c',
  '"quoted"',
  '${HOME}',
  'x'.repeat(256),
  '👩'.repeat(256),
];

const BAD_AGENTS = [
  '',
  ' ',
  '   ',
  '\u00a0\u2003',
  'a\nb',
  'a\0b',
  '\ta',
  'a\u007f',
  'a\u0085b',
  '\ud800',
  'x'.repeat(257),
  '👩'.repeat(257),
];

describe('the body of create', () => {
  it('is taken with the chat in canonical form', async () => {
    expect(await check(BODY)).toMatchObject({ ...BODY, chat_id: '11111111-1111-1111-1111-111111111111' });
  });

  it.each(GOOD_AGENTS)('may name the agent %j', async (agent_id) => {
    expect(await check({ ...BODY, agent_id })).toMatchObject({ agent_id });
  });

  it.each(BAD_AGENTS)('may not name the agent %j', async (agent_id) => {
    expect(await faultyFields({ ...BODY, agent_id })).toEqual(['agent_id agent_id']);
  });

  it.each([[7], [null], [['a']], [{ a: 1 }], [true]])(
    'may not name the agent %j, which is no text',
    async (agent_id) => {
      expect(await faultyFields({ ...BODY, agent_id })).toEqual([expect.stringMatching(/^agent_id /)]);
    },
  );

  it.each([[''], [7], [null], [['/tmp']]])('may not name the volume %j', async (volume_host_path) => {
    expect(await faultyFields({ ...BODY, volume_host_path })).toEqual([
      expect.stringMatching(/^volume_host_path /),
    ]);
  });

  it.each(['chat_id', 'agent_id', 'volume_host_path'])('may not lack %s', async (field) => {
    const rest = Object.fromEntries(Object.entries(BODY).filter(([name]) => name !== field));
    expect(await faultyFields(rest)).toEqual([`${field} missing`]);
  });

  it('may not hold more, not even what the service decides itself', async () => {
    for (const extra of ['image', 'session_id', 'expires_at', 'env']) {
      expect(await faultyFields({ ...BODY, [extra]: 'x' })).toEqual([`${extra} extra_forbidden`]);
    }
  });
});

describe('the path of a chat', () => {
  it.each(['x', '', '1'.repeat(31), `${'1'.repeat(32)}%20`])('may not be %j', async (chat_id) => {
    expect(await faultyFields({ chat_id }, ChatPathDto)).toEqual(['chat_id uuid']);
  });
});

describe('the query of the list', () => {
  it('may be empty, or name an agent beside the page', async () => {
    expect(await faultyFields({}, ListSandboxesQuery)).toEqual([]);
    expect(await faultyFields({ agent_id: 'a', limit: '10' }, ListSandboxesQuery)).toEqual([]);
  });

  it.each([[''], ['  '], ['a\nb'], [['a', 'b']]])('may not name the agent %j', async (agent_id) => {
    expect(await faultyFields({ agent_id }, ListSandboxesQuery)).toEqual([
      expect.stringMatching(/^agent_id /),
    ]);
  });
});
