import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { Service } from '../support/service.js';

interface Page {
  readonly items: readonly { readonly chat_id: string }[];
}

interface Ids {
  readonly workspace_id: string;
  readonly chat_id: string;
}

const WORKSPACES = '/api/v1/workspaces';
const KILLS = 12;
const START_MS = 120_000;

const workspaceOf = async (service: Service, userId = randomUUID()): Promise<string> =>
  (await service.post<Ids>(WORKSPACES, { user_id: userId })).body.workspace_id;

const chatOf = async (service: Service, workspaceId: string): Promise<string> =>
  (await service.post<Ids>(`${WORKSPACES}/${workspaceId}/chats`, {})).body.chat_id;

const idsIn = async (service: Service, workspaceId: string): Promise<string[]> =>
  (await service.request<Page>('GET', `${WORKSPACES}/${workspaceId}/chats?limit=200`)).body.items
    .map(({ chat_id }) => chat_id)
    .sort();

describe('storage, when the service ends', () => {
  let service: Service;
  afterEach(() => service.dispose());

  const directories = async (): Promise<string[]> =>
    (await readdir(join(service.directory, 'own/chats'))).sort();

  it.each(['SIGTERM', 'SIGKILL'] as const)('has everything again after %s', async (signal) => {
    service = await Service.start();
    const workspaceId = await workspaceOf(service);
    const chats = await Promise.all(Array.from({ length: 20 }, () => chatOf(service, workspaceId)));
    expect(await service.end(signal)).toBe(signal === 'SIGTERM' ? 0 : null);
    await service.start();
    await service.untilReady();
    expect(await idsIn(service, workspaceId)).toEqual(chats.toSorted());
    expect(await directories()).toEqual(chats.toSorted());
  });

  it('finishes what SIGKILL cut off in the middle of creates and deletes', async () => {
    service = await Service.start();
    const workspaceId = await workspaceOf(service);
    const kept = new Set<string>();
    const gone = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const targets = await Promise.all(Array.from({ length: 8 }, () => chatOf(service, workspaceId)));
      for (const chatId of targets) {
        kept.add(chatId);
        await writeFile(join(service.directory, 'own/chats', chatId, 'file'), 'x');
      }
      const asked = targets.map(async (chatId) => {
        const answer = await service.request('DELETE', `/api/v1/chats/${chatId}`).catch(() => null);
        // Unanswered: the chat is there whole or gone whole.
        kept.delete(chatId);
        if (answer?.status === 204) gone.add(chatId);
      });
      const created = Promise.all(
        Array.from({ length: 4 }, () =>
          chatOf(service, workspaceId).then(
            (chatId) => kept.add(chatId),
            () => null,
          ),
        ),
      );
      await sleep(Math.random() * 40);
      await service.end('SIGKILL');
      await Promise.all([...asked, created]);
      await service.start();
      await service.untilReady();
    }
    await eventually(
      async () => (await directories()).every((name) => !name.startsWith('.')),
      'what was taken away is removed',
    );
    const ids = new Set(await idsIn(service, workspaceId));
    for (const chatId of kept) expect(ids).toContain(chatId);
    for (const chatId of gone) expect(ids).not.toContain(chatId);
    const names = await directories();
    for (const chatId of ids) expect(names).toContain(chatId);
    for (const chatId of gone) expect(names).not.toContain(chatId);
  }, 120_000);
});

describe('two services on one database file', () => {
  let service: Service;
  let other: Service;
  afterEach(async () => {
    await service.dispose();
    await other.dispose();
  });

  it('start together and agree', async () => {
    service = await Service.prepare();
    other = await Service.prepare();
    const shared = { APP_STORAGE_DATABASE_URL: `sqlite:${join(service.directory, 'shared/test.db')}` };
    await Promise.all([service.start(shared), other.start(shared)]);
    await Promise.all([service.untilReady(), other.untilReady()]);
    const userId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? service : other).post<Ids>(WORKSPACES, { user_id: userId }),
      ),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    const workspaceId = answers[0]?.body.workspace_id ?? '';
    const chats = await Promise.all(
      Array.from({ length: 40 }, (_, index) => chatOf(index % 2 === 0 ? service : other, workspaceId)),
    );
    expect(await idsIn(other, workspaceId)).toEqual(chats.toSorted());
  });

  it('keep each of many appends to one history that come at the same time through both', async () => {
    service = await Service.prepare();
    other = await Service.prepare();
    const shared = {
      APP_STORAGE_DATABASE_URL: `sqlite:${join(service.directory, 'shared/test.db')}`,
      APP_SANDBOX_CHATS_ROOT: join(service.directory, 'shared/chats'),
    };
    await Promise.all([service.start(shared), other.start(shared)]);
    await Promise.all([service.untilReady(), other.untilReady()]);
    const { body } = await service.post<Ids>(WORKSPACES, { user_id: randomUUID() });
    const path = `/api/v1/chats/${await chatOf(service, body.workspace_id)}/history`;
    const lines = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(1000)}\n`);
    const answers = await Promise.all(
      lines.map((line, index) =>
        (index % 2 === 0 ? service : other).post(path, line, { 'Content-Type': 'text/plain' }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
    const history = (await other.request<string>('GET', path)).body;
    expect(history.match(/.*\n/g)?.sort()).toEqual(lines.toSorted());
  });
});

describe('a service whose database file cannot be used', () => {
  it('says which key is wrong and does not start', async () => {
    const service = await Service.prepare();
    try {
      await writeFile(join(service.directory, 'bad'), 'no database, '.repeat(500));
      const start = service.start({ APP_STORAGE_DATABASE_URL: `sqlite:${join(service.directory, 'bad')}` });
      await expect(start).rejects.toThrow(
        /ended with 1: The configuration has 1 fault.*storage\.database_url.*not a database\n$/s,
      );
    } finally {
      await service.dispose();
    }
  });
});

describe('a service on PostgreSQL', () => {
  let cluster: PostgresCluster;
  let service: Service;

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  afterEach(() => service.dispose());
  afterAll(() => cluster.stop());

  it('lives without it, is not ready, and goes on when it comes', async () => {
    const url = await cluster.newDatabase();
    await cluster.pause();
    service = await Service.prepare({ APP_STORAGE_DATABASE_URL: url });
    await service.start();
    expect((await service.request('GET', '/livez')).status).toBe(200);
    const { status, body } = await service.request<{ error: Record<string, unknown> }>('GET', '/readyz');
    expect([status, Object.keys(body.error)]).toEqual([503, expect.arrayContaining(['database'])]);
    const refused = await service.post(WORKSPACES, { user_id: randomUUID() });
    expect([refused.status, refused.body]).toEqual([503, { detail: 'database_unavailable' }]);

    await cluster.resume();
    await service.untilReady();
    const workspaceId = await workspaceOf(service);
    const chatId = await chatOf(service, workspaceId);
    expect(await idsIn(service, workspaceId)).toEqual([chatId]);
    expect((await service.request('DELETE', `${WORKSPACES}/${workspaceId}`)).status).toBe(204);
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.log.map((record) => JSON.stringify(record)).join('\n')).not.toContain(
      new URL(url).password,
    );
  }, 60_000);
});
