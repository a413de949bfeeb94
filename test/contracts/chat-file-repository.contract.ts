import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import { ChatNotFoundError } from '../../src/storage/domain/errors.js';
import type { Position } from '../../src/storage/domain/slice.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { aChatFile, aContentWrite, aSettlement } from '../builders/storage.js';
import { NOW, secondsFromNow } from '../builders/times.js';
import { addChats, ALL, type RepositoriesWorld, times, walk } from './storage-world.js';

/** More than one statement takes. */
const MANY = 5000;
const positionOf = ({ createdAt, fileId }: ChatFile): Position => ({ createdAt, id: fileId });
const manyFiles = (): ChatFile[] =>
  times(MANY, (index) => aChatFile({ fileId: aUuid(10_000 + index), name: `${index}`, origin: 'agent' }));

export function itIsAChatFileRepository(open: () => Promise<RepositoriesWorld>): void {
  let world: RepositoriesWorld;
  beforeAll(async () => {
    world = await open();
  });
  beforeEach(() => addChats(world));
  afterEach(() => world.clear());
  afterAll(() => world.close());

  const listAll = (): Promise<ChatFile[]> => world.files.listByChat(CHAT, ALL, MANY);

  /** Uploads over what was adopted: another revision of the same record. */
  const replace = async (file: ChatFile): Promise<void> => {
    await world.ledger.begin(aContentWrite({ name: file.name, fileId: aUuid(4999) }), Infinity);
    await world.ledger.settle(
      aContentWrite().writeId,
      Infinity,
      aSettlement(file.sizeBytes, { isReplacement: true }),
      'counted',
    );
  };

  it('finds by id and by name what was adopted', async () => {
    const file = aChatFile({ contentType: null, sizeBytes: 2 ** 40, origin: 'agent' });
    await world.files.adopt(CHAT, [file]);
    expect(await world.files.find(file.fileId)).toEqual(file);
    expect(await world.files.findByName(CHAT, file.name)).toEqual(file);
    expect(await world.files.findByName(OTHER_CHAT, file.name)).toBeNull();
    expect(await world.files.find(CHAT)).toBeNull();
  });

  it('compares names as bytes', async () => {
    const names = ['a', 'A', 'ä', 'a\u0308', 'a ', 'ＡＢ', '🗂️.txt', '\u0001', 'quo\'te"; drop table chats'];
    const files = names.map((name, index) => aChatFile({ fileId: aUuid(4100 + index), name }));
    await world.files.adopt(CHAT, files);
    expect((await listAll()).map(({ name }) => name)).toEqual(names);
    for (const name of names) expect((await world.files.findByName(CHAT, name))?.name).toBe(name);
  });

  it('lists those of a chat, oldest first, ties by id, in pages', async () => {
    const expected = times(5, (index) =>
      aChatFile({
        fileId: aUuid(4100 + index),
        name: `${9 - index}`,
        createdAt: secondsFromNow(Math.floor(index / 2)),
      }),
    );
    await world.files.adopt(CHAT, expected.toReversed());
    await world.files.adopt(OTHER_CHAT, [aChatFile({ fileId: aUuid(4200), chatId: OTHER_CHAT })]);
    for (const limit of [1, 2, 100]) {
      const pages = await walk((slice) => world.files.listByChat(CHAT, slice, MANY), limit, positionOf);
      expect(pages.flat()).toEqual(expected);
    }
  });

  it('lists so many at most, over all pages, and counts them from the first of all', async () => {
    const files = times(7, (index) => aChatFile({ fileId: aUuid(4100 + index), name: `${index}` }));
    await world.files.adopt(CHAT, files);
    for (const maxListed of [0, 1, 4, 6, 7, 8]) {
      for (const limit of [1, 2, 3, 100]) {
        const pages = await walk(
          (slice) => world.files.listByChat(CHAT, slice, maxListed),
          limit,
          positionOf,
        );
        expect(pages.flat()).toEqual(files.slice(0, maxListed));
      }
    }
  });

  it('adopts, lists and forgets thousands at once', async () => {
    await world.files.adopt(CHAT, manyFiles());
    const records = await world.files.listRecords(CHAT);
    expect(records).toHaveLength(MANY);
    const [kept, ...others] = records.toSorted((one, other) => (one.fileId < other.fileId ? -1 : 1));
    await world.files.forget(others);
    expect(await world.files.listRecords(CHAT)).toEqual([kept]);
  });

  it('adopts nothing, and forgets nothing', async () => {
    await world.files.adopt(CHAT, []);
    await world.files.forget([]);
    expect(await world.files.listRecords(CHAT)).toEqual([]);
  });

  it('passes over a name that has a record, and one that comes twice', async () => {
    await world.files.adopt(CHAT, [aChatFile()]);
    const again = aChatFile({ fileId: aUuid(4002), sizeBytes: 999, createdAt: secondsFromNow(5) });
    const twice = [
      aChatFile({ fileId: aUuid(4003), name: 'b' }),
      aChatFile({ fileId: aUuid(4004), name: 'b' }),
    ];
    await world.files.adopt(CHAT, [again, ...twice]);
    expect(await listAll()).toEqual([aChatFile(), twice[0]]);
  });

  it('passes over a name that has a write under way, of this chat only', async () => {
    const file = aChatFile({ origin: 'agent' });
    const other = aChatFile({ fileId: aUuid(4002), name: 'other' });
    await world.ledger.begin(aContentWrite({ fileId: aUuid(4003) }), Infinity);
    await world.files.adopt(CHAT, [file, other]);
    expect(await listAll()).toEqual([other]);
    const elsewhere = { ...file, chatId: OTHER_CHAT };
    await world.files.adopt(OTHER_CHAT, [elsewhere]);
    expect(await world.files.find(file.fileId)).toEqual(elsewhere);
    await world.files.delete(file.fileId);
    await world.ledger.abandon(aContentWrite().writeId);
    await world.files.adopt(CHAT, [file]);
    expect(await listAll()).toEqual([file, other]);
  });

  it('adopts no file of a chat that is not there or on its way out', async () => {
    const stray = world.files.adopt(aUuid(99), [aChatFile({ chatId: aUuid(99) })]);
    await expect(stray).rejects.toBeInstanceOf(ChatNotFoundError);
    await world.chats.mark(CHAT, NOW);
    await expect(world.files.adopt(CHAT, [aChatFile()])).rejects.toBeInstanceOf(ChatNotFoundError);
  });

  it('adopts each name once where many do so at once', async () => {
    const attempts = times(10, (attempt) =>
      (attempt % 2 === 0 ? world : world.peer).files.adopt(
        CHAT,
        times(50, (index) => aChatFile({ fileId: aUuid(10_000 + attempt * 100 + index), name: `${index}` })),
      ),
    );
    await Promise.all(attempts);
    expect(await world.files.listRecords(CHAT)).toHaveLength(50);
  });

  it('forgets records, of several chats too, but none that was written since', async () => {
    const files = times(3, (index) => aChatFile({ fileId: aUuid(4100 + index), name: `${index}` }));
    const [first = aChatFile()] = files;
    const other = aChatFile({ fileId: aUuid(4200), chatId: OTHER_CHAT });
    await world.files.adopt(CHAT, files);
    await world.files.adopt(OTHER_CHAT, [other]);
    const records = [
      ...(await world.files.listRecords(CHAT)),
      ...(await world.files.listRecords(OTHER_CHAT)),
    ];
    await replace(first);
    await world.files.forget(records);
    expect((await listAll()).map(({ fileId }) => fileId)).toEqual([first.fileId]);
    expect(await world.files.find(other.fileId)).toBeNull();
    await world.files.forget(await world.files.listRecords(CHAT));
    expect(await listAll()).toEqual([]);
  });

  it('forgets, adopts, deletes and drops at once without getting stuck', async () => {
    for (let round = 0; round < 5; round += 1) {
      const files = manyFiles().slice(0, 500);
      await world.files.adopt(CHAT, files);
      const records = await world.files.listRecords(CHAT);
      await Promise.all([
        world.files.forget(records.toReversed()),
        world.peer.files.forget(records),
        world.files.deleteAll(CHAT),
        world.files.delete(aUuid(10_250)),
        world.peer.files.adopt(CHAT, []),
      ]);
      expect(await world.files.listRecords(CHAT)).toEqual([]);
    }
  });

  it('deletes one, or all of a chat, also of one on its way out', async () => {
    const files = times(3, (index) => aChatFile({ fileId: aUuid(4100 + index), name: String(index) }));
    const other = aChatFile({ fileId: aUuid(4200), chatId: OTHER_CHAT });
    await world.files.adopt(CHAT, files);
    await world.files.adopt(OTHER_CHAT, [other]);
    const [first = other] = files;
    expect([await world.files.delete(first.fileId), await world.files.delete(first.fileId)]).toEqual([
      true,
      false,
    ]);
    expect(await listAll()).toEqual(files.slice(1));
    await world.chats.mark(CHAT, NOW);
    await world.files.deleteAll(CHAT);
    await world.files.deleteAll(aUuid(99));
    expect(await world.files.listRecords(CHAT)).toEqual([]);
    expect(await world.files.find(other.fileId)).toEqual(other);
  });
}
