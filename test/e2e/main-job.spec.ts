import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

describe('the main job', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
  });
  afterAll(() => service.dispose());

  it('starts a container whose agent answers at the endpoint that the response names', async () => {
    const chatId = aChatId();
    const { status, body } = await service.create(chatId, { agent_id: 'agent-1' });

    expect(status).toBe(200);
    expect(body).toEqual({
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      chat_id: chatId,
      agent_id: 'agent-1',
      volume_host_path: service.volume,
      container_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      endpoint: { ip: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/), port: 8000 },
      status: 'running',
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    await eventually(async () => {
      const answer = await fetch(`http://${body.endpoint.ip}:${body.endpoint.port}/health`).catch(() => null);
      return answer?.status === 200;
    }, 'the agent answers');
  });

  it('answers a second create with the same sandbox, whatever the spelling', async () => {
    const chatId = aChatId();
    const first = await service.create(chatId);
    const respelt = {
      chat_id: chatId.replaceAll('-', '').toUpperCase(),
      volume_host_path: `${service.volume}//x/..`,
    };
    const second = await service.create(chatId, respelt);

    expect(second.body).toEqual(first.body);
    expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
  });

  it('refuses other terms for an active sandbox and leaves it alone', async () => {
    const chatId = aChatId();
    const { body } = await service.create(chatId);
    const other = join(service.directory, 'other-volume');
    await mkdir(other);

    const answers = [
      await service.create(chatId, { agent_id: 'someone-else' }),
      await service.create(chatId, { volume_host_path: other }),
    ];

    for (const { status, body: error } of answers) {
      expect([status, error]).toEqual([409, { detail: 'sandbox_conflict' }]);
    }
    expect((await service.untilLogged('sandbox_conflict', 2)).map(({ reason }) => reason)).toEqual([
      'agent_id',
      'volume_host_path',
    ]);
    const [container] = await containersOfChat(service.instance, chatId);
    expect([container?.Id, container?.State]).toEqual([body.container_id, 'running']);
  });

  it('deletes at once, and again, and knows the sandbox no more', async () => {
    const chatId = aChatId();
    const { body } = await service.create(chatId);

    const first = await service.delete(chatId);
    const second = await service.delete(chatId);

    const { session_id, container_id } = body;
    expect(first.body).toEqual({ chat_id: chatId, result: 'deleted', session_id, container_id });
    expect(second.body).toEqual({
      chat_id: chatId,
      result: 'not_found',
      session_id: null,
      container_id: null,
    });
    expect((await service.request('GET', `/api/v1/sandboxes/${chatId}`)).status).toBe(404);
    expect(await containersOfChat(service.instance, chatId)).toEqual([]);
  });

  it('lists the active sandboxes, oldest first, page by page and by agent', async () => {
    const agent = `agent-${aChatId()}`;
    const chats = [aChatId(), aChatId(), aChatId()];
    for (const chatId of chats) await service.create(chatId, { agent_id: agent });

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `?agent_id=${agent}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: { items: { chat_id: string }[]; next_cursor: string | null } = (
        await service.request<{ items: { chat_id: string }[]; next_cursor: string | null }>(
          'GET',
          `/api/v1/sandboxes${query}`,
        )
      ).body;
      seen.push(...page.items.map(({ chat_id }) => chat_id));
      cursor = page.next_cursor;
    }

    expect(seen).toEqual(chats);
  });

  it('labels, mounts and hardens the container as promised', async () => {
    const chatId = aChatId();
    const { body } = await service.create(chatId, { agent_id: 'agent "7"' });
    const info = await engine.getContainer(body.container_id).inspect();

    expect(info.Name).toBe(`/sandbox-${service.instance}-${chatId}`);
    expect(info.Config.Labels).toMatchObject({
      session_id: body.session_id,
      chat_id: chatId,
      expires_at: body.expires_at,
      agent_id: 'agent "7"',
      volume_host_path: service.volume,
      endpoint_port: '8000',
      'managed-by': 'sandbox-master',
      instance: service.instance,
      created_at: expect.stringMatching(/\.\d{3}Z$/),
      'schema-version': '1',
    });
    expect(info.Config.Env).toContain('AGENT_ID=agent "7"');
    expect(
      info.Mounts.map(({ Type, Destination, RW, Propagation }) => [
        Type,
        Destination,
        RW,
        Propagation,
      ]).sort(),
    ).toEqual([
      ['bind', '/opt/dependencies', false, 'rprivate'],
      ['bind', '/opt/lambda-tools', false, 'rprivate'],
      ['bind', '/workspace/chat', true, 'rprivate'],
      ['bind', '/workspace/volume', true, 'rprivate'],
    ]);
    expect(info.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Init: true,
      RestartPolicy: { Name: 'no' },
      PidsLimit: 256,
      Memory: 536870912,
      MemorySwap: 536870912,
      NanoCpus: 1e9,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10485760', 'max-file': '3' } },
      Binds: null,
    });
  });
});
