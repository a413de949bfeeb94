import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aChatOf, directoryOf, type FileAnswer, listFiles, put } from '../hostile/chats.js';
import { containersOfChat } from '../support/engine.js';
import { inSandbox } from '../support/sandbox-shell.js';
import { type Answer, aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const ROUNDS = 12;

describe("a chat's directory, shared with its sandbox", () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
  });
  afterAll(() => service.dispose());

  const shell = async (chatId: string, script: string): Promise<string> => {
    const { status, body } = await service.create(chatId);
    expect(status).toBe(200);
    return inSandbox(body.container_id, script);
  };
  const contentOf = (chatId: string, fileId: string): Promise<Answer<string>> =>
    service.request('GET', `/api/v1/chats/${chatId}/files/${fileId}/content`);
  const history = (chatId: string): Promise<Answer<string>> =>
    service.request('GET', `/api/v1/chats/${chatId}/history`);
  const remove = (chatId: string): Promise<Answer<unknown>> =>
    service.request('DELETE', `/api/v1/chats/${chatId}`);

  it('gives the agent what was uploaded, and clients what the agent has written, for good', async () => {
    const { chatId } = await aChatOf(service);
    await put(service, chatId, 'question.txt', 'a question');
    expect(await shell(chatId, 'cat question.txt')).toBe('a question');
    await shell(chatId, 'sed s/question/answer/ question.txt >answer.txt; echo said >>history.md');
    const files = await listFiles(service, chatId);
    expect(files.map(({ name, origin, size_bytes }) => [name, origin, size_bytes])).toEqual([
      ['question.txt', 'upload', 10],
      ['answer.txt', 'agent', 8],
    ]);
    const answer = files[1]?.file_id ?? '';
    const written = async (): Promise<unknown[]> => [
      (await contentOf(chatId, answer)).body,
      (await history(chatId)).body,
      (await listFiles(service, chatId)).map(({ file_id }) => file_id),
    ];
    const before = await written();
    expect(before.slice(0, 2)).toEqual(['a answer', 'said\n']);

    await service.delete(chatId);
    expect(await written()).toEqual(before);
    await service.end('SIGTERM');
    await service.start();
    await service.untilReady();
    expect(await written()).toEqual(before);
    // And so the next sandbox.
    expect(await shell(chatId, 'cat question.txt answer.txt history.md')).toBe('a questiona answersaid\n');
    await service.delete(chatId);
  });

  it("lets the agent change and remove an upload, and the API an agent's file", async () => {
    const { chatId } = await aChatOf(service);
    const uploaded = (await put(service, chatId, 'both', 'upload')).body;
    await shell(chatId, 'echo more >>both; echo mine >own');
    const [both, own] = await listFiles(service, chatId);
    expect(both).toMatchObject({ file_id: uploaded.file_id, size_bytes: 11, origin: 'upload' });
    const replaced = await put(service, chatId, 'own', 'replaced');
    expect([replaced.status, replaced.body.file_id]).toEqual([200, own?.file_id]);
    expect(await shell(chatId, 'rm both; cat own')).toBe('replaced');
    expect((await contentOf(chatId, uploaded.file_id)).status).toBe(404);
    expect((await listFiles(service, chatId)).map(({ name }) => name)).toEqual(['own']);
    await service.delete(chatId);
  });

  it('works for a chat that storage does not know, whose content is found when it does', async () => {
    const chatId = aChatId();
    await shell(chatId, 'echo early >note; echo begun >history.md');
    expect((await history(chatId)).status).toBe(404);
    await service.delete(chatId);
    expect(await readdir(directoryOf(service, chatId))).toHaveLength(2);
    await aChatOf(service, chatId);
    const [note] = await listFiles(service, chatId);
    expect(note).toMatchObject({ name: 'note', origin: 'agent' } satisfies Partial<FileAnswer>);
    expect((await contentOf(chatId, note?.file_id ?? '')).body).toBe('early\n');
    expect((await history(chatId)).body).toBe('begun\n');
  });

  it('keeps a chat while it has a sandbox, and nothing of it after', async () => {
    const { chatId, directory } = await aChatOf(service);
    await shell(chatId, 'mkdir -p deep/er; echo x >deep/er/x');
    const refused = await remove(chatId);
    expect([refused.status, refused.body]).toEqual([409, { detail: 'chat_has_active_sandbox' }]);
    await service.delete(chatId);
    expect((await remove(chatId)).status).toBe(204);
    expect(existsSync(directory)).toBe(false);
    expect((await remove(chatId)).status).toBe(404);
  });

  it('is there for every sandbox and every chat, however creates and deletes race', async () => {
    const races = Array.from({ length: ROUNDS }, async () => {
      const { chatId, workspaceId, directory } = await aChatOf(service);
      const again = (): Promise<Answer<unknown>> =>
        service.post(`/api/v1/workspaces/${workspaceId}/chats`, { chat_id: chatId });
      const [created, removed, registered] = await Promise.all([
        service.create(chatId),
        remove(chatId),
        again(),
      ]);
      expect(created.status).toBe(200);
      expect([204, 404, 409]).toContain(removed.status);
      expect([200, 201, 409]).toContain(registered.status);
      // The container's own view and the host's are the same directory: it was not taken away from under the sandbox.
      const mark = aChatId();
      await inSandbox(created.body.container_id, `echo ${mark} >mark`);
      expect(await readdir(directory)).toContain('mark');
      const known = await service.request('GET', `/api/v1/chats/${chatId}`);
      if (known.status === 200) expect(await readdir(directory)).toContain('history.md');
      expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
      await service.delete(chatId);
    });
    await Promise.all(races);
  });
});
