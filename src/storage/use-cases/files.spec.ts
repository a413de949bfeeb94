import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { secondsFromNow } from '../../../test/builders/times.js';
import { FileStore } from '../../../test/fakes/file-store.js';
import { ChatFileNotFoundError, ChatNotFoundError, StorageFullError } from '../domain/errors.js';

const LISTED = 5;

describe('the files of a chat', () => {
  let store: FileStore;
  beforeEach(async () => {
    store = await FileStore.open({ maxListedFiles: LISTED });
  });
  afterEach(() => store.close());

  const names = async (): Promise<string[]> => (await store.list()).map(({ name }) => name);
  const open = async (fileId: string): Promise<string> => {
    await using content = (await store.getFile.open(CHAT, fileId)).content;
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.read(0, content.facts.sizeBytes - 1)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it("show the agent's, each with an id that stays, beside what was uploaded", async () => {
    const { file } = await store.store('mine', 'x');
    store.disk.plant(CHAT, 'history.md', 'is none of them');
    store.clock.advanceSeconds(1);
    store.disk.plant(CHAT, "agent's", 'hello');
    const listed = await store.list();
    expect(listed).toEqual([
      file,
      {
        fileId: listed[1]?.fileId,
        chatId: CHAT,
        name: "agent's",
        contentType: null,
        sizeBytes: 5,
        origin: 'agent',
        createdAt: secondsFromNow(1),
      },
    ]);
    store.disk.plant(CHAT, "agent's", 'longer than before');
    store.clock.advanceSeconds(1);
    expect(await store.list()).toEqual([file, { ...listed[1], sizeBytes: 18 }]);
    expect(await open(listed[1]?.fileId ?? '')).toBe('longer than before');
  });

  it('disappear when the agent removes them, and come back as others', async () => {
    store.disk.plant(CHAT, 'a', 'x');
    const [first] = await store.list();
    store.disk.delete(CHAT, 'a');
    expect(await store.list()).toEqual([]);
    await expect(store.getFile.execute(CHAT, first?.fileId ?? '')).rejects.toBeInstanceOf(
      ChatFileNotFoundError,
    );
    store.disk.plant(CHAT, 'a', 'x');
    expect((await store.list())[0]?.fileId).not.toBe(first?.fileId);
  });

  it('keep their id while something else bears the name, and are not shown then', async () => {
    store.disk.plant(CHAT, 'a', 'x');
    const [first] = await store.list();
    store.disk.plantObstacle(CHAT, 'a', 'symlink');
    expect(await store.list()).toEqual([]);
    const attempts = [
      store.getFile.execute(CHAT, first?.fileId ?? ''),
      store.getFile.open(CHAT, first?.fileId ?? ''),
      store.deleteFile.execute(CHAT, first?.fileId ?? ''),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toBeInstanceOf(ChatFileNotFoundError);
    expect(store.disk.entry(CHAT, 'a')?.kind).toBe('symlink');
    store.disk.delete(CHAT, 'a');
    store.disk.plant(CHAT, 'a', 'again');
    expect((await store.list())[0]?.fileId).toBe(first?.fileId);
  });

  it('are shown under names that attachments may have', async () => {
    for (const name of ['a\nb', 'c', 'x\u202ey']) store.disk.plant(CHAT, name, 'x');
    store.disk.plantObstacle(CHAT, 'd', 'fifo');
    expect(await names()).toEqual(['c']);
  });

  it('are listed up to so many', async () => {
    for (let index = 0; index < LISTED * 3; index += 1) store.disk.plant(CHAT, `agent-${index}`, 'x');
    expect(await names()).toHaveLength(LISTED);
    const listed = await names();
    for (let index = 0; index < LISTED; index += 1) await store.store(`mine-${index}`, 'x');
    expect(await names()).toEqual(listed);
    // What makes room lets others in.
    for (const name of listed) store.disk.delete(CHAT, name);
    expect(await names()).toHaveLength(LISTED);
  });

  it('are deleted one by one', async () => {
    const { file } = await store.store('a', 'x');
    const other = await store.store('b', 'x');
    await store.deleteFile.execute(CHAT, file.fileId);
    expect([await store.list(), store.disk.file(CHAT, 'a')]).toEqual([[other.file], null]);
    await expect(store.deleteFile.execute(CHAT, file.fileId)).rejects.toBeInstanceOf(ChatFileNotFoundError);
  });

  /** Lets something happen after the file of a deletion was found. */
  const afterLook = (act: () => Promise<unknown>): void => {
    const find = store.content.find.bind(store.content);
    store.content.find = async (...name) => {
      store.content.find = find;
      const facts = await find(...name);
      await act();
      return facts;
    };
  };

  it('are not deleted for others that had their name before', async () => {
    const { file } = await store.store('a', 'first');
    let second = file;
    afterLook(async () => {
      await store.deleteFile.execute(CHAT, file.fileId);
      second = (await store.store('a', 'second')).file;
    });
    await expect(store.deleteFile.execute(CHAT, file.fileId)).rejects.toBeInstanceOf(ChatFileNotFoundError);
    expect([await store.list(), store.disk.textOf(CHAT, 'a')]).toEqual([[second], 'second']);
  });

  it('are deleted also when they are replaced meanwhile', async () => {
    const { file } = await store.store('a', 'first');
    afterLook(() => store.store('a', 'second', { mode: 'replace' }));
    await store.deleteFile.execute(CHAT, file.fileId);
    expect([await store.list(), store.disk.entry(CHAT, 'a')]).toEqual([[], null]);
  });

  it('are not replaced and deleted in one', async () => {
    const { file } = await store.store('a', 'first');
    const remove = store.content.remove.bind(store.content);
    let upload: Promise<unknown> = Promise.resolve();
    store.content.remove = async (...name) => {
      upload = store.store('a', 'second', { mode: 'replace' });
      await sleep(20);
      return remove(...name);
    };
    await store.deleteFile.execute(CHAT, file.fileId);
    await upload;
    const [second] = await store.list();
    expect([second?.fileId === file.fileId, store.disk.textOf(CHAT, 'a')]).toEqual([false, 'second']);
  });

  it.each([
    ['is done although its record cannot be dropped', true],
    ['fails when it could not even begin', false],
  ])('where the disk under the database is full, a deletion %s', async (_, isBegun) => {
    const { file } = await store.store('a', 'x');
    const full = new StorageFullError();
    store.ledger.removeFile = async (_chatId, _fileId, remove) => {
      if (isBegun) await remove('a');
      throw full;
    };
    const deletion = store.deleteFile.execute(CHAT, file.fileId);
    await (isBegun ? deletion : expect(deletion).rejects.toBe(full));
    expect(store.disk.entry(CHAT, 'a') === null).toBe(isBegun);
  });

  it('are deleted all at once, with whatever else is there, but for the history', async () => {
    await store.store('a', 'x');
    store.disk.plant(CHAT, 'history.md', 'stays');
    store.disk.plantObstacle(CHAT, 'd', 'directory');
    await store.clearFiles.execute(CHAT);
    expect(await store.list()).toEqual([]);
    expect([...(store.disk.directories.get(CHAT)?.entries.keys() ?? [])]).toEqual(['history.md']);
  });

  it('are told to the log when not all of them can be removed', async () => {
    await store.clearFiles.execute(CHAT);
    expect(store.logger.events).not.toContain('files_not_cleared');
    store.content.clear = () => Promise.resolve(false);
    await store.clearFiles.execute(CHAT);
    expect(store.logger.fieldsOf('files_not_cleared')).toEqual([{ chat_id: CHAT }]);
  });

  it('belong to their chat', async () => {
    const { file } = await store.store('a', 'x');
    const nobody = aUuid(99);
    const attempts = [
      store.listFiles.execute(nobody, { after: null, limit: 1 }),
      store.getFile.execute(nobody, file.fileId),
      store.getFile.open(nobody, file.fileId),
      store.deleteFile.execute(nobody, file.fileId),
      store.clearFiles.execute(nobody),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toBeInstanceOf(ChatNotFoundError);
    await expect(store.getFile.execute(CHAT, aUuid(98))).rejects.toBeInstanceOf(ChatFileNotFoundError);
  });
});
