import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { containersOf } from '../support/engine.js';
import { type Answer, aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

interface Workspace {
  readonly workspace_id: string;
  readonly user_id: string;
  readonly created_at: string;
}

interface Chat {
  readonly chat_id: string;
  readonly workspace_id: string;
  readonly created_at: string;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

const WORKSPACES = '/api/v1/workspaces';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('workspaces and chats', () => {
  let image: Record<string, string>;
  let service: Service;

  beforeAll(async () => {
    image = { APP_SANDBOX_IMAGE: await ensureTestImage('agent') };
  });
  beforeEach(async () => {
    service = await Service.start(image);
  });
  afterEach(() => service.dispose());

  const aWorkspace = async (userId = randomUUID()): Promise<Workspace> =>
    (await service.post<Workspace>(WORKSPACES, { user_id: userId })).body;
  const createChat = (workspaceId: string, body: object = {}): Promise<Answer<Chat>> =>
    service.post<Chat>(`${WORKSPACES}/${workspaceId}/chats`, body);
  const get = <T>(path: string): Promise<Answer<T>> => service.request<T>('GET', path);
  const remove = (path: string): Promise<Answer<unknown>> => service.request('DELETE', path);
  const chatsRoot = (): string => join(service.directory, 'own/chats');

  it('gives a user one workspace, also when many ask at once', async () => {
    const userId = randomUUID();
    const spellings = [userId, userId.toUpperCase(), userId.replaceAll('-', '')];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        service.post<Workspace>(WORKSPACES, { user_id: spellings[index % spellings.length] }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 29 }, () => 200),
      201,
    ]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body).toEqual({
      workspace_id: expect.stringMatching(UUID),
      user_id: userId,
      created_at: expect.stringMatching(TIME),
    });
  });

  it('lists workspaces in pages, and by user', async () => {
    const made: Workspace[] = [];
    for (let count = 0; count < 5; count += 1) made.push(await aWorkspace());
    const first = await get<Page<Workspace>>(`${WORKSPACES}?limit=3`);
    const second = await get<Page<Workspace>>(`${WORKSPACES}?limit=3&cursor=${first.body.next_cursor ?? ''}`);
    expect([...first.body.items, ...second.body.items]).toEqual(made);
    expect([first.body.items.length, second.body.next_cursor]).toEqual([3, null]);
    const own = await get<Page<Workspace>>(`${WORKSPACES}?user_id=${made[2]?.user_id ?? ''}`);
    expect(own.body).toEqual({ items: [made[2]], next_cursor: null });
    expect((await get(`${WORKSPACES}?cursor=AAAA`)).status).toBe(422);
  });

  it('makes a chat with its directory, once', async () => {
    const { workspace_id } = await aWorkspace();
    const created = await createChat(workspace_id);
    expect([created.status, created.body]).toEqual([
      201,
      { chat_id: expect.stringMatching(UUID), workspace_id, created_at: expect.stringMatching(TIME) },
    ]);
    const { chat_id } = created.body;
    expect(await readFile(join(chatsRoot(), chat_id, 'history.md'), 'utf8')).toBe('');
    const again = await createChat(workspace_id, { chat_id: chat_id.toUpperCase() });
    expect([again.status, again.body]).toEqual([200, created.body]);
    expect((await get(`/api/v1/chats/${chat_id}`)).body).toEqual(created.body);
    const withoutBody = await service.request<Chat>('POST', `${WORKSPACES}/${workspace_id}/chats`);
    expect(withoutBody.status).toBe(201);
    const listed = await get<Page<Chat>>(`${WORKSPACES}/${workspace_id}/chats`);
    expect(listed.body).toEqual({ items: [created.body, withoutBody.body], next_cursor: null });
  });

  it('keeps chats of different workspaces apart', async () => {
    const [one, other] = [await aWorkspace(), await aWorkspace()];
    const chatId = aChatId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        createChat((index % 2 === 0 ? one : other).workspace_id, { chat_id: chatId }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(9);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body)).toEqual(
      Array.from({ length: 10 }, () => ({ detail: 'chat_conflict' })),
    );
  });

  it('says what is not there, and what is no id', async () => {
    const nobody = randomUUID();
    const answers = [
      await get(`${WORKSPACES}/${nobody}`),
      await get(`${WORKSPACES}/${nobody}/chats`),
      await createChat(nobody),
      await remove(`${WORKSPACES}/${nobody}`),
      await get(`/api/v1/chats/${nobody}`),
      await remove(`/api/v1/chats/${nobody}`),
    ];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      ...Array.from({ length: 4 }, () => [404, { detail: 'workspace_not_found' }]),
      ...Array.from({ length: 2 }, () => [404, { detail: 'chat_not_found' }]),
    ]);
    const { workspace_id } = await aWorkspace();
    const invalid = [
      await service.post(WORKSPACES, {}),
      await service.post(WORKSPACES, { user_id: randomUUID(), name: 'x' }),
      await createChat(workspace_id, { chat_id: null }),
      await createChat(workspace_id, { chat_id: '1' }),
      await get('/api/v1/chats/1'),
      await get(`${WORKSPACES}?user_id=1`),
    ];
    expect(invalid.map(({ status }) => status)).toEqual(invalid.map(() => 422));
    expect(await readdir(chatsRoot())).toEqual([]);
  });

  it('deletes a chat with its directory, and the id is free again', async () => {
    const { workspace_id } = await aWorkspace();
    const { chat_id } = (await createChat(workspace_id)).body;
    await mkdir(join(chatsRoot(), chat_id, 'deep/er'), { recursive: true });
    await writeFile(join(chatsRoot(), chat_id, 'history.md'), 'old');
    const gone = await remove(`/api/v1/chats/${chat_id}`);
    expect([gone.status, gone.body]).toEqual([204, '']);
    expect(await readdir(chatsRoot())).toEqual([]);
    expect((await remove(`/api/v1/chats/${chat_id}`)).status).toBe(404);
    expect((await createChat(workspace_id, { chat_id })).status).toBe(201);
    expect(await readFile(join(chatsRoot(), chat_id, 'history.md'), 'utf8')).toBe('');
  });

  it('refuses to delete under an active sandbox, and deletes once it has ended', async () => {
    const { workspace_id } = await aWorkspace();
    const { chat_id } = (await createChat(workspace_id)).body;
    const bystander = (await createChat(workspace_id)).body.chat_id;
    expect((await service.create(chat_id)).status).toBe(200);
    for (const path of [`/api/v1/chats/${chat_id}`, `${WORKSPACES}/${workspace_id}`]) {
      const refused = await remove(path);
      expect([refused.status, refused.body]).toEqual([409, { detail: 'chat_has_active_sandbox' }]);
    }
    expect((await get(`/api/v1/chats/${bystander}`)).status).toBe(200);
    expect((await service.create(chat_id)).status).toBe(200);
    await service.delete(chat_id);
    expect((await remove(`${WORKSPACES}/${workspace_id}`)).status).toBe(204);
    for (const path of [
      `/api/v1/chats/${chat_id}`,
      `/api/v1/chats/${bystander}`,
      `${WORKSPACES}/${workspace_id}`,
    ]) {
      expect((await get(path)).status).toBe(404);
    }
    expect(await readdir(chatsRoot())).toEqual([]);
  });

  it('never takes the directory from under a sandbox, however creates and deletes meet', async () => {
    const { workspace_id } = await aWorkspace();
    for (let round = 0; round < 8; round += 1) {
      const chatId = aChatId();
      await createChat(workspace_id, { chat_id: chatId });
      const [created, deleted] = await Promise.all(
        round % 2 === 0
          ? [service.create(chatId), remove(`/api/v1/chats/${chatId}`)]
          : [remove(`/api/v1/chats/${chatId}`), service.create(chatId)].toReversed(),
      );
      expect(created?.status).toBe(200);
      expect([204, 409]).toContain(deleted?.status);
      // Whichever was first: the sandbox that is up has the directory that is there.
      expect(await readdir(chatsRoot())).toContain(chatId);
      expect((await get(`/api/v1/chats/${chatId}`)).status).toBe(deleted?.status === 204 ? 404 : 200);
      await service.delete(chatId);
    }
  });

  it('ends what is left of an expired sandbox before it deletes', async () => {
    await service.end('SIGTERM');
    await service.start({ APP_SANDBOX_TTL_SECONDS: '1', APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '600' });
    await service.untilReady();
    const { workspace_id } = await aWorkspace();
    const { chat_id } = (await createChat(workspace_id)).body;
    await service.create(chat_id);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await containersOf(service.instance)).toHaveLength(1);
    expect((await remove(`/api/v1/chats/${chat_id}`)).status).toBe(204);
    expect(await containersOf(service.instance)).toEqual([]);
  });

  it('registers a chat later and keeps what its sandbox has written', async () => {
    const chatId = aChatId();
    await service.create(chatId);
    await writeFile(join(chatsRoot(), chatId, 'history.md'), 'written before');
    const { workspace_id } = await aWorkspace();
    expect((await createChat(workspace_id, { chat_id: chatId })).status).toBe(201);
    expect(await readFile(join(chatsRoot(), chatId, 'history.md'), 'utf8')).toBe('written before');
  });
});
