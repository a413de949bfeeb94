import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { WORKSPACE } from '../../../test/builders/storage.js';
import { NOW } from '../../../test/builders/times.js';
import { FileStore, NOTHING_UNDER_WAY } from '../../../test/fakes/file-store.js';
import { sent } from '../../../test/fakes/file-use-cases.js';
import {
  ChatFileExistsError,
  ChatNotFoundError,
  InvalidAttachmentNameError,
  PayloadTooLargeError,
  ReservedAttachmentNameError,
  StorageFullError,
  WorkspaceQuotaExceededError,
} from '../domain/errors.js';

const QUOTA = 100;
const MAX = 60;

/** A source whose client goes away after some bytes. */
async function* cutOff(): AsyncGenerator<Uint8Array> {
  yield* sent('half of it');
  throw new Error('the client has gone');
}

describe('StoreFile', () => {
  let store: FileStore;
  beforeEach(async () => {
    store = await FileStore.open({ workspaceQuotaBytes: QUOTA, maxFileBytes: MAX });
  });
  afterEach(async () => {
    expect(await store.underWay()).toEqual(NOTHING_UNDER_WAY);
    await store.close();
  });

  it('keeps a new file', async () => {
    const { file, isNew } = await store.store('notes.txt', 'hello');
    expect(isNew).toBe(true);
    expect(file).toEqual({
      fileId: file.fileId,
      chatId: CHAT,
      name: 'notes.txt',
      contentType: 'text/plain',
      sizeBytes: 5,
      origin: 'upload',
      createdAt: NOW,
    });
    expect(store.disk.textOf(CHAT, 'notes.txt')).toBe('hello');
    expect(await store.files.find(file.fileId)).toEqual(file);
    expect(store.metrics.added).toEqual([{ name: 'storage.upload.bytes', amount: 5, attributes: {} }]);
  });

  it('replaces a file, which keeps its id and its time', async () => {
    const first = await store.store('a', 'one');
    store.clock.advanceSeconds(1);
    const second = await store.store('a', 'two!', { mode: 'replace', contentType: null });
    expect(second).toEqual({ file: { ...first.file, sizeBytes: 4, contentType: null }, isNew: false });
    expect(store.disk.textOf(CHAT, 'a')).toBe('two!');
    expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(4);
  });

  it('makes a new file where the sandbox has removed the one before', async () => {
    const first = await store.store('a', 'one');
    store.disk.delete(CHAT, 'a');
    const second = await store.store('a', 'two', { mode: 'replace' });
    expect([second.isNew, second.file.fileId === first.file.fileId]).toEqual([true, false]);
    expect(await store.list()).toEqual([second.file]);
  });

  it('takes the place of whatever stands where a file was, which keeps its id then', async () => {
    const first = await store.store('a', 'one');
    store.disk.plantObstacle(CHAT, 'a', 'directory');
    await store.list();
    store.clock.advanceSeconds(1);
    const second = await store.store('a', 'two!', { mode: 'replace' });
    expect(second).toEqual({ file: { ...first.file, sizeBytes: 4 }, isNew: false });
    expect(await store.list()).toEqual([second.file]);
    store.disk.plantObstacle(CHAT, 'b', 'directory');
    expect((await store.store('b', 'new', { mode: 'replace' })).isNew).toBe(true);
  });

  it('makes an upload of what the sandbox wrote, once it is replaced', async () => {
    store.disk.plant(CHAT, 'a', 'by the agent');
    const [agents] = await store.list();
    const { file, isNew } = await store.store('a', 'mine', { mode: 'replace' });
    expect([isNew, file.fileId, file.origin]).toEqual([false, agents?.fileId, 'upload']);
  });

  it('does not replace what it is not told to, nor reads the source then', async () => {
    await store.store('a', 'one');
    const source = cutOff();
    await expect(store.store('a', 'two', { source })).rejects.toBeInstanceOf(ChatFileExistsError);
    store.disk.plantObstacle(CHAT, 'b', 'directory');
    await expect(store.store('b', 'two')).rejects.toBeInstanceOf(ChatFileExistsError);
    expect(store.disk.textOf(CHAT, 'a')).toBe('one');
  });

  it('gives up where the name is taken back again and again', async () => {
    store.content.beforePlace = () => {
      store.disk.plant(CHAT, 'a', 'faster');
    };
    await expect(store.store('a', 'mine')).rejects.toBeInstanceOf(ChatFileExistsError);
    expect(store.disk.textOf(CHAT, 'a')).toBe('faster');
  });

  it('refuses what it cannot keep, and leaves nothing of it', async () => {
    const over = 'x'.repeat(MAX + 1);
    const refusals = [
      [store.store('', 'x'), InvalidAttachmentNameError],
      [store.store('history.md', 'x'), ReservedAttachmentNameError],
      [store.store('a', 'x', { chatId: aUuid(99) }), ChatNotFoundError],
      [store.store('a', over), PayloadTooLargeError],
      [store.store('a', over, { declaredBytes: null }), PayloadTooLargeError],
      [store.store('a', over, { declaredBytes: 1 }), PayloadTooLargeError],
    ] as const;
    for (const [refused, error] of refusals) await expect(refused).rejects.toBeInstanceOf(error);
    expect(await store.list()).toEqual([]);
  });

  it('takes exactly as much as one file may have', async () => {
    expect((await store.store('a', 'x'.repeat(MAX))).file.sizeBytes).toBe(MAX);
    expect((await store.store('b', '')).file.sizeBytes).toBe(0);
  });

  it('leaves the old content when the client goes away or the disk is full', async () => {
    await store.store('a', 'one');
    const left = store.store('a', 'half', { mode: 'replace', source: cutOff(), declaredBytes: null });
    await expect(left).rejects.toThrow('the client has gone');
    store.disk.freeBytes = 2;
    await expect(store.store('a', 'three', { mode: 'replace' })).rejects.toBeInstanceOf(StorageFullError);
    expect(store.disk.textOf(CHAT, 'a')).toBe('one');
  });

  describe('within the quota', () => {
    it('fills it to the last byte, and not beyond', async () => {
      await store.store('a', 'x'.repeat(MAX));
      await store.store('b', 'x'.repeat(QUOTA - MAX));
      for (const declaredBytes of [1, null, 0]) {
        await expect(store.store('c', 'x', { declaredBytes })).rejects.toBeInstanceOf(
          WorkspaceQuotaExceededError,
        );
      }
      expect((await store.store('d', '')).isNew).toBe(true);
      const rejections = store.metrics.counted.filter(({ name }) => name === 'storage.quota.rejected.total');
      expect(rejections).toHaveLength(3);
    });

    it('replaces a file where there would be no room for both', async () => {
      await store.store('a', 'x'.repeat(MAX));
      await store.store('a', 'y'.repeat(MAX), { mode: 'replace' });
      await store.store('a', 'z'.repeat(MAX), { mode: 'replace', declaredBytes: null });
      expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(MAX);
    });

    it('makes no room of what the sandbox wrote and nobody has measured', async () => {
      await store.store('a', 'x'.repeat(50));
      await store.store('b', 'x'.repeat(40));
      store.disk.plant(CHAT, 'unmeasured', 'x'.repeat(90));
      await store.store('unmeasured', 'y', { mode: 'replace' });
      expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(91);
      store.disk.plant(CHAT, 'a', 'x'.repeat(90));
      await store.store('a', 'y', { mode: 'replace' });
      expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(42);
      await expect(store.store('c', 'x'.repeat(59))).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    });

    it('makes room of what the sandbox wrote once it is measured', async () => {
      await store.store('a', 'x'.repeat(50));
      store.disk.plant(CHAT, "agent's", 'x'.repeat(40));
      await store.meter.measure(WORKSPACE);
      await store.store("agent's", 'y'.repeat(30), { mode: 'replace' });
      expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(80);
    });

    it('makes no room of what the sandbox wrote where it could not be measured to the end', async () => {
      await store.store('a', 'x'.repeat(MAX));
      store.disk.plant(CHAT, "agent's", 'x'.repeat(90));
      store.reader.measure = () => Promise.resolve({ bytesByChat: new Map(), isComplete: false });
      const refused = store.store("agent's", 'y'.repeat(50), { mode: 'replace' });
      await expect(refused).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    });

    it('looks again before it refuses, since room may have been made', async () => {
      const { file } = await store.store('a', 'x'.repeat(MAX));
      await store.deleteFile.execute(CHAT, file.fileId);
      await store.store('b', 'x'.repeat(MAX));
      store.disk.delete(CHAT, 'b');
      await store.store('c', 'x'.repeat(MAX), { declaredBytes: null });
      expect((await store.usage.execute(WORKSPACE)).usedBytes).toBe(MAX);
    });

    it('refuses at the end what has no room left, since the sandbox took it', async () => {
      const source = async function* (): AsyncGenerator<Uint8Array> {
        yield* sent('x'.repeat(MAX));
        store.disk.plant(CHAT, 'greedy', 'x'.repeat(QUOTA));
        await store.meter.measure(WORKSPACE);
      };
      await expect(store.store('a', 'x'.repeat(MAX), { source: source() })).rejects.toBeInstanceOf(
        WorkspaceQuotaExceededError,
      );
    });

    it('lets as many of many at once in as there is room for', async () => {
      const content = 'x'.repeat(QUOTA / 10);
      const attempts = Array.from({ length: 50 }, (_, index) => store.store(`file-${index}`, content));
      const results = await Promise.allSettled(attempts);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect((await store.usage.execute(WORKSPACE)).usedBytes).toBe(QUOTA);
    });
  });
});
