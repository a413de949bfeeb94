import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { OTHER_USER, USER, WORKSPACE } from '../../../test/builders/storage.js';
import { FileStore } from '../../../test/fakes/file-store.js';
import { sent } from '../../../test/fakes/file-use-cases.js';
import { Store } from '../../../test/fakes/store.js';

const FIRST = { after: null, limit: 10 };

async function* leaving(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('half'));
  throw new Error('the client is gone');
}

describe('spans of files and histories', () => {
  let store: FileStore;

  beforeEach(async () => {
    store = await FileStore.open({ workspaceQuotaBytes: 100 });
    store.tracer.spans.length = 0;
  });
  afterEach(() => store.close());

  const failedSpans = (): string[] =>
    store.tracer.spans.filter(({ error }) => error !== null).map(({ name }) => name);
  const useCases = (): string[] =>
    store.tracer.spans.map(({ name }) => name).filter((name) => name.startsWith('usecase.'));

  it('has one for each use case, and none for the steps that use cases share', async () => {
    const { file } = await store.store('notes.txt', 'hello');
    await store.getFile.execute(CHAT, file.fileId);
    await using content = (await store.getFile.open(CHAT, file.fileId)).content;
    expect(content.facts.sizeBytes).toBe(5);
    await store.list();
    await store.write('line');
    await using history = (await store.getHistory.execute(CHAT)).content;
    expect(history.facts.sizeBytes).toBe(4);
    await store.usage.execute(WORKSPACE);
    await store.deleteFile.execute(CHAT, file.fileId);
    await store.clearFiles.execute(CHAT);
    expect(useCases()).toEqual([
      'usecase.store_file',
      'usecase.get_file',
      'usecase.open_file',
      'usecase.list_files',
      'usecase.write_history',
      'usecase.get_history',
      'usecase.get_workspace_usage',
      'usecase.delete_file',
      'usecase.clear_files',
    ]);
    expect(store.tracer.last('usecase.get_file')?.attributes).toEqual({
      'chat.id': CHAT,
      'file.id': file.fileId,
    });
    expect(failedSpans()).toEqual([]);
  });

  it('puts a failure of the disk while a file gets its name on the file, not on the database', async () => {
    store.content.beforePlace = () => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
    await expect(store.store('notes.txt', 'hello')).rejects.toThrow('broken');
    expect(store.tracer.spans.map(({ name }) => name)).toContain('adapter.database.transaction');
    expect(failedSpans()).toEqual(['usecase.store_file', 'adapter.files.place']);
  });

  it('does the same for a history', async () => {
    store.history.beforePlace = () => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
    await expect(store.write('hello')).rejects.toThrow('broken');
    expect(failedSpans()).toEqual(['usecase.write_history', 'adapter.files.place_history']);
  });

  it('puts a full disk on the write that met it', async () => {
    store.disk.freeBytes = 0;
    await expect(store.store('notes.txt', 'hello')).rejects.toMatchObject({ code: 'storage_full' });
    expect(failedSpans()).toEqual(['usecase.store_file', 'adapter.files.write']);
  });

  it('marks nothing for a full workspace, a name that is taken, or a chat that is not there', async () => {
    await store.store('notes.txt', 'hello');
    await expect(store.store('notes.txt', 'again')).rejects.toMatchObject({ code: 'chat_file_exists' });
    await expect(store.store('large.txt', 'x'.repeat(200))).rejects.toMatchObject({
      code: 'workspace_quota_exceeded',
    });
    await expect(store.getHistory.execute(aUuid(99))).rejects.toMatchObject({ code: 'chat_not_found' });
    expect(failedSpans()).toEqual([]);
  });

  it.each(['file', 'history'])(
    'marks nothing for a client that goes away in the middle of a %s',
    async (kind) => {
      const upload =
        kind === 'file'
          ? store.store('notes.txt', '', { source: leaving() })
          : store.write('', { source: leaving() });
      await expect(upload).rejects.toThrow('the client is gone');
      expect(failedSpans()).toEqual([]);
    },
  );

  it('marks a use case whose database fails', async () => {
    await store.close();
    await expect(store.storeFile.execute({ ...notes, source: sent('x') })).rejects.toThrow();
    expect(failedSpans()).toEqual(['usecase.store_file', 'adapter.database.run']);
    store = await FileStore.open();
  });

  const notes = {
    chatId: CHAT,
    name: 'notes.txt',
    contentType: null,
    declaredBytes: 1,
    mode: 'new',
  } as const;
});

describe('spans of workspaces and chats', () => {
  let store: Store;

  beforeEach(async () => {
    store = await Store.open();
  });
  afterEach(() => store.close());

  it('has one for each use case, with its ids', async () => {
    const { workspace } = await store.createWorkspace.execute(USER);
    const { workspaceId } = workspace;
    const { chat } = await store.createChat.execute(workspaceId, null);
    await store.getWorkspace.execute(workspaceId);
    await store.listWorkspaces.execute(null, FIRST);
    await store.getChat.execute(chat.chatId);
    await store.listChats.execute(workspaceId, FIRST);
    await store.deleteChat.execute(chat.chatId);
    await store.deleteWorkspace.execute(workspaceId);
    const ofWorkspace = { 'workspace.id': workspaceId };
    const ofChat = { 'chat.id': chat.chatId };
    const useCases = store.tracer.spans.filter(({ name }) => name.startsWith('usecase.'));
    expect(useCases.map(({ name, attributes }) => [name.slice('usecase.'.length), attributes])).toEqual([
      ['create_workspace', { ...ofWorkspace, 'workspace.new': true }],
      ['create_chat', { ...ofWorkspace, ...ofChat, 'chat.new': true }],
      ['get_workspace', ofWorkspace],
      ['list_workspaces', {}],
      ['get_chat', ofChat],
      ['list_chats', ofWorkspace],
      ['delete_chat', ofChat],
      ['delete_workspace', ofWorkspace],
    ]);
  });

  it('bears the failure of the disk, and no decision', async () => {
    const { workspace } = await store.createWorkspace.execute(OTHER_USER);
    store.content.failure = new Error('EIO');
    await expect(store.createChat.execute(workspace.workspaceId, CHAT)).rejects.toThrow('EIO');
    expect(store.tracer.last('usecase.create_chat')?.error).toMatchObject({ message: 'EIO' });
    await expect(store.deleteChat.execute(CHAT)).rejects.toMatchObject({ code: 'chat_not_found' });
    expect(store.tracer.last('usecase.delete_chat')?.error).toBeNull();
  });
});
