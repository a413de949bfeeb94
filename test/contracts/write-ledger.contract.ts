import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import {
  ChatNotFoundError,
  WorkspaceNotFoundError,
  WorkspaceQuotaExceededError,
} from '../../src/storage/domain/errors.js';
import type { Credit } from '../../src/storage/domain/quota.js';
import type { ContentWrite, Settlement } from '../../src/storage/ports/write-ledger.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import {
  aChat,
  aChatFile,
  aContentWrite,
  aReplacedFile,
  aSettlement,
  aWorkspace,
  OTHER_USER,
  OTHER_WORKSPACE,
  WORKSPACE,
} from '../builders/storage.js';
import { NOW, secondsFromNow } from '../builders/times.js';
import { addChats, ALL, nothing, type RepositoriesWorld } from './storage-world.js';

const QUOTA = 100;
const WRITE = aContentWrite().writeId;

export function itIsAWriteLedger(open: () => Promise<RepositoriesWorld>): void {
  let world: RepositoriesWorld;
  beforeAll(async () => {
    world = await open();
  });
  beforeEach(() => addChats(world));
  afterEach(() => world.clear());
  afterAll(() => world.close());

  const begin = (overrides: Partial<ContentWrite> = {}): Promise<void> =>
    world.ledger.begin(aContentWrite(overrides), QUOTA);
  const settle = (
    settlement: Settlement,
    credit: Credit = 'counted',
  ): Promise<ChatFile | null | 'not-placed'> => world.ledger.settle(WRITE, QUOTA, settlement, credit);
  /** Used, reserved and written. */
  const account = async (): Promise<number[]> => {
    const { usedBytes, reservedBytes, writtenBytes } = await world.ledger.account(WORKSPACE);
    return [usedBytes, reservedBytes, writtenBytes];
  };
  const unplaceable = (addedBytes: number): Settlement => ({
    ...aSettlement(addedBytes),
    place: () => Promise.reject(new Error('placed')),
  });

  it('lists the writes as they were begun, oldest first', async () => {
    const writes = [
      aContentWrite(),
      aContentWrite({ writeId: aUuid(5002), kind: 'history', name: 'history.md', contentType: null }),
      aContentWrite({ writeId: aUuid(5003), chatId: OTHER_CHAT, startedAt: secondsFromNow(1), name: '🗂️' }),
    ];
    for (const write of writes.toReversed()) await world.ledger.begin(write, QUOTA);
    expect(await world.ledger.list()).toEqual(writes);
    expect(await account()).toEqual([0, 30, 0]);
  });

  it('reserves up to the quota, over all chats of the workspace, and no byte more', async () => {
    await begin({ reservedBytes: 60 });
    await begin({ writeId: aUuid(5002), chatId: OTHER_CHAT, reservedBytes: 40 });
    const more = begin({ writeId: aUuid(5003), reservedBytes: 1 });
    await expect(more).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    expect([await account(), (await world.ledger.list()).length]).toEqual([[0, 100, 0], 2]);
    await begin({ writeId: aUuid(5004), reservedBytes: 0 });
    expect(await account()).toEqual([0, 100, 0]);
  });

  it('leaves other workspaces their own quota', async () => {
    await world.workspaces.add(aWorkspace({ workspaceId: OTHER_WORKSPACE, userId: OTHER_USER }));
    await world.chats.add(aChat({ chatId: aUuid(3), workspaceId: OTHER_WORKSPACE }));
    await begin({ reservedBytes: QUOTA });
    await begin({ writeId: aUuid(5002), chatId: aUuid(3), reservedBytes: QUOTA });
    expect((await world.ledger.account(OTHER_WORKSPACE)).reservedBytes).toBe(QUOTA);
  });

  it('raises a reservation as far as it fits, and never lowers it', async () => {
    await begin();
    await begin({ writeId: aUuid(5002), reservedBytes: 50 });
    await world.ledger.reserve(WRITE, 50, QUOTA);
    const more = world.ledger.reserve(WRITE, 51, QUOTA);
    await expect(more).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    expect(await account()).toEqual([0, 100, 0]);
    await world.ledger.reserve(WRITE, 20, QUOTA);
    expect(await account()).toEqual([0, 100, 0]);
  });

  it('drops an abandoned write with its reservation, also again', async () => {
    await begin();
    await world.ledger.abandon(WRITE);
    await world.ledger.abandon(WRITE);
    expect([await account(), await world.ledger.list()]).toEqual([[0, 0, 0], []]);
  });

  it('records a new file, counts it, and drops the write', async () => {
    await begin({ reservedBytes: 50 });
    const expected = aChatFile({ sizeBytes: 2000 });
    expect(await settle(aSettlement(40, { sizeBytes: 2000 }))).toEqual(expected);
    expect(await world.files.listByChat(CHAT, ALL, 10)).toEqual([expected]);
    expect([await account(), await world.ledger.list()]).toEqual([[40, 0, 40], []]);
  });

  it('asks what is added before it places', async () => {
    await begin();
    const asked: string[] = [];
    await settle({
      look: () => Promise.resolve({ addedBytes: asked.push('added'), replaced: null }),
      place: () => {
        asked.push('place');
        return Promise.resolve({ sizeBytes: 1, isReplacement: false });
      },
    });
    expect(asked).toEqual(['added', 'place']);
  });

  it('gives a file that replaces another its id and its time, and another revision', async () => {
    await world.files.adopt(CHAT, [aChatFile({ origin: 'agent', sizeBytes: 1, contentType: null })]);
    const [before] = await world.files.listRecords(CHAT);
    await begin({ fileId: aUuid(4002), startedAt: secondsFromNow(9), contentType: 'image/png' });
    const expected = aChatFile({ contentType: 'image/png', sizeBytes: 7 });
    expect(await settle(aSettlement(7, { isReplacement: true }))).toEqual(expected);
    expect(await world.files.listByChat(CHAT, ALL, 10)).toEqual([expected]);
    const [after] = await world.files.listRecords(CHAT);
    expect(after).toEqual({ ...before, revision: (before?.revision ?? NaN) + 1 });
  });

  it('records a new file where the replaced one had no record', async () => {
    await begin();
    expect(await settle(aSettlement(7, { isReplacement: true }))).toEqual(aChatFile({ sizeBytes: 7 }));
  });

  it('gives a file that replaces one that is not recorded yet the id and the time of that one', async () => {
    await begin({ identity: '3:4' });
    const later = {
      writeId: aUuid(5002),
      identity: '5:6',
      fileId: aUuid(4002),
      startedAt: secondsFromNow(9),
    };
    await begin(later);
    const replacing = aSettlement(7, { isReplacement: true, replaced: aReplacedFile(5, '3:4') });
    const file = await world.ledger.settle(aUuid(5002), QUOTA, replacing, 'counted');
    expect(file).toEqual(aChatFile({ sizeBytes: 7 }));
    expect(await world.files.listByChat(CHAT, ALL, 10)).toEqual([file]);
    expect((await world.ledger.list()).map(({ writeId }) => writeId)).toEqual([WRITE]);
  });

  it('gives a file that replaces another one than is being written its own id', async () => {
    await begin({ identity: '3:4' });
    await begin({ writeId: aUuid(5002), fileId: aUuid(4002) });
    const replacing = aSettlement(7, { isReplacement: true, replaced: aReplacedFile(5) });
    const file = await world.ledger.settle(aUuid(5002), QUOTA, replacing, 'counted');
    expect(file).toEqual(aChatFile({ fileId: aUuid(4002), sizeBytes: 7 }));
  });

  it('records a new file in place of a stale record, whose file is gone', async () => {
    await world.files.adopt(CHAT, [aChatFile({ fileId: aUuid(4009) })]);
    await begin({ startedAt: secondsFromNow(9) });
    const expected = aChatFile({ sizeBytes: 7, createdAt: secondsFromNow(9) });
    expect(await settle(aSettlement(7))).toEqual(expected);
    expect(await world.files.listByChat(CHAT, ALL, 10)).toEqual([expected]);
  });

  it('counts a history, and records no file of it', async () => {
    await begin({ kind: 'history', name: 'history.md' });
    expect(await settle(aSettlement(7, { isReplacement: true }))).toBeNull();
    expect([await account(), await world.files.listRecords(CHAT)]).toEqual([[7, 0, 7], []]);
  });

  it('leaves everything as it was when nothing is placed', async () => {
    await world.files.adopt(CHAT, [aChatFile()]);
    await begin();
    const settlement = { ...aSettlement(3), place: () => Promise.resolve(null) };
    expect(await settle(settlement)).toBe('not-placed');
    expect([await account(), await world.ledger.list()]).toEqual([[0, 10, 0], [aContentWrite()]]);
    expect(await world.files.find(aChatFile().fileId)).toEqual(aChatFile());
  });

  it.each([
    ['placing', unplaceable(1)],
    ['measuring', { ...aSettlement(1), look: () => Promise.reject(new Error('placed')) }],
  ])('leaves the write when %s fails', async (_, settlement) => {
    await begin();
    await expect(settle(settlement)).rejects.toThrow('placed');
    expect([await account(), await world.ledger.list()]).toEqual([[0, 10, 0], [aContentWrite()]]);
    await settle(aSettlement(5));
    expect(await account()).toEqual([5, 0, 5]);
  });

  it('leaves the write when the record cannot be kept of what was placed, and settles it later', async () => {
    const collision = aChatFile({ chatId: OTHER_CHAT, name: 'other' });
    await world.files.adopt(OTHER_CHAT, [collision]);
    await world.files.adopt(CHAT, [aChatFile({ fileId: aUuid(4009) })]);
    await begin();
    await expect(settle(aSettlement(5))).rejects.toThrow();
    expect([await account(), await world.ledger.list()]).toEqual([[0, 10, 0], [aContentWrite()]]);
    expect(await world.files.find(aUuid(4009))).not.toBeNull();
    await world.files.delete(collision.fileId);
    expect(await settle(aSettlement(5))).toEqual(aChatFile({ sizeBytes: 5 }));
    expect(await account()).toEqual([5, 0, 5]);
  });

  const { fileId, name } = aChatFile();

  it('has the content of a file removed, and drops its record then', async () => {
    await world.files.adopt(CHAT, [aChatFile(), aChatFile({ fileId: aUuid(4002), name: 'other' })]);
    const removed: string[] = [];
    const remove = async (removedName: string): Promise<boolean> => {
      removed.push(removedName);
      return Promise.resolve(true);
    };
    expect(await world.ledger.removeFile(CHAT, fileId, remove)).toBe(true);
    expect(removed).toEqual([name]);
    expect((await world.files.listRecords(CHAT)).map((record) => record.name)).toEqual(['other']);
  });

  it('has nothing removed of a file that it knows no more, or that is of another chat', async () => {
    await world.files.adopt(CHAT, [aChatFile()]);
    const never = (): Promise<boolean> => Promise.reject(new Error('removed'));
    expect(await world.ledger.removeFile(CHAT, aUuid(4002), never)).toBe(false);
    expect(await world.ledger.removeFile(OTHER_CHAT, fileId, never)).toBe(false);
    await expect(world.ledger.removeFile(aUuid(99), fileId, never)).rejects.toBeInstanceOf(ChatNotFoundError);
  });

  it('keeps the record of a file whose content was not removed', async () => {
    await world.files.adopt(CHAT, [aChatFile()]);
    expect(await world.ledger.removeFile(CHAT, fileId, () => Promise.resolve(false))).toBe(false);
    const failing = world.ledger.removeFile(CHAT, fileId, () => Promise.reject(new Error('the disk')));
    await expect(failing).rejects.toThrow('the disk');
    expect(await world.files.find(fileId)).toEqual(aChatFile());
  });

  it('settles what fits in place of its reservation, and places nothing that does not', async () => {
    await begin({ reservedBytes: 10 });
    await begin({ writeId: aUuid(5002), reservedBytes: 30 });
    await expect(settle(unplaceable(71))).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    expect([await account(), (await world.ledger.list()).length]).toEqual([[0, 40, 0], 2]);
    await settle(aSettlement(70));
    expect(await account()).toEqual([70, 30, 70]);
  });

  it('settles what adds nothing or frees, also where the quota is passed', async () => {
    await world.ledger.correct(WORKSPACE, 150, 0);
    await begin({ reservedBytes: 0 });
    await settle(aSettlement(0));
    await begin({ reservedBytes: 0 });
    await settle(aSettlement(-20, { sizeBytes: 0, isReplacement: true }), 'present');
    expect(await account()).toEqual([130, 0, 0]);
    await begin({ reservedBytes: 0 });
    await expect(settle(unplaceable(1))).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
  });

  it('takes off no more of a replaced upload than it has put on', async () => {
    await begin();
    await settle(aSettlement(8));
    await world.ledger.correct(WORKSPACE, 60, 8);
    await begin();
    const replaced = aReplacedFile(50);
    await settle(aSettlement(1, { isReplacement: true, replaced }));
    expect(await account()).toEqual([53, 0, 8]);
    await begin();
    await settle(aSettlement(2, { isReplacement: true, replaced }), 'present');
    expect(await account()).toEqual([5, 0, 8]);
    await begin();
    await settle(aSettlement(0, { isReplacement: true, replaced: aReplacedFile(1) }));
    expect(await account()).toEqual([4, 0, 8]);
  });

  it('takes nothing off for what the sandbox wrote, listed or not', async () => {
    await world.ledger.correct(WORKSPACE, 60, 0);
    await world.files.adopt(CHAT, [aChatFile({ origin: 'agent', sizeBytes: 50 })]);
    for (const name of [aChatFile().name, 'unlisted']) {
      await begin({ name, fileId: aUuid(4002) });
      await settle(aSettlement(1, { isReplacement: true, replaced: aReplacedFile(50) }));
    }
    expect(await account()).toEqual([62, 0, 2]);
  });

  it('takes off no more of a replaced history than writes to it have put on', async () => {
    const write = async (
      addedBytes: number,
      sizeBytes: number,
      presentBytes: number | null,
    ): Promise<void> => {
      await begin({ kind: 'history', name: 'history.md' });
      const replaced = presentBytes === null ? null : aReplacedFile(presentBytes);
      await settle(aSettlement(addedBytes, { sizeBytes, isReplacement: true, replaced }));
    };
    await world.ledger.correct(WORKSPACE, 60, 0);
    await write(10, 10, 0);
    // The sandbox has added 50 before this is appended.
    await write(5, 65, null);
    expect(await account()).toEqual([75, 0, 15]);
    await write(1, 1, 65);
    expect(await account()).toEqual([61, 0, 15]);
    await write(0, 0, 65);
    expect(await account()).toEqual([60, 0, 15]);
  });

  it('never uses less than nothing', async () => {
    await begin();
    await settle(aSettlement(-20, { sizeBytes: 0 }), 'present');
    expect(await account()).toEqual([0, 0, 0]);
  });

  it('lets everything in without a quota, also terabytes', async () => {
    await world.ledger.begin(aContentWrite({ reservedBytes: 2 ** 41 }), Infinity);
    await world.ledger.begin(aContentWrite({ writeId: aUuid(5002), reservedBytes: 2 ** 41 }), Infinity);
    expect(await account()).toEqual([0, 2 ** 42, 0]);
    await world.ledger.settle(WRITE, Infinity, aSettlement(2 ** 42), 'counted');
    expect(await account()).toEqual([2 ** 42, 2 ** 41, 2 ** 42]);
  });

  it('corrects what is used by what was measured, and what was written since', async () => {
    await begin();
    await settle(aSettlement(8));
    const { writtenBytes } = await world.ledger.account(WORKSPACE);
    await begin();
    await settle(aSettlement(5, { isReplacement: true }));
    await world.ledger.correct(WORKSPACE, 50, writtenBytes);
    expect(await account()).toEqual([55, 0, 13]);
  });

  it('knows no account of a workspace that is not there or on its way out, and corrects none', async () => {
    await expect(world.ledger.account(OTHER_WORKSPACE)).rejects.toBeInstanceOf(WorkspaceNotFoundError);
    await world.workspaces.mark(WORKSPACE, [CHAT, OTHER_CHAT], NOW);
    await world.ledger.correct(WORKSPACE, 50, 0);
    await world.ledger.correct(OTHER_WORKSPACE, 50, 0);
    await expect(world.ledger.account(WORKSPACE)).rejects.toBeInstanceOf(WorkspaceNotFoundError);
  });

  const deletions: [string, () => Promise<unknown>][] = [
    ['marked', () => world.chats.mark(CHAT, NOW)],
    ['marked with its workspace', () => world.workspaces.mark(WORKSPACE, [CHAT, OTHER_CHAT], NOW)],
    [
      'dropped',
      async () => {
        await world.chats.mark(CHAT, NOW);
        await world.chats.dropMarked(CHAT, nothing);
      },
    ],
  ];

  it.each(deletions)(
    'neither begins nor raises nor settles a write of a chat that is %s',
    async (_, remove) => {
      await begin();
      await remove();
      for (const attempt of [
        begin({ writeId: aUuid(5002) }),
        world.ledger.reserve(WRITE, 11, QUOTA),
        settle(unplaceable(1)),
      ]) {
        await expect(attempt).rejects.toBeInstanceOf(ChatNotFoundError);
      }
      expect(await world.ledger.list()).toEqual([]);
      await world.ledger.abandon(WRITE);
    },
  );

  it('drops the writes of a chat with it, and their reservations', async () => {
    await begin();
    await begin({ writeId: aUuid(5002), chatId: OTHER_CHAT });
    await world.chats.mark(CHAT, NOW);
    await world.chats.dropMarked(CHAT, nothing);
    expect((await world.ledger.list()).map(({ writeId }) => writeId)).toEqual([aUuid(5002)]);
    expect(await account()).toEqual([0, 10, 0]);
  });

  it('knows no write of a chat that is not there', async () => {
    await expect(begin({ chatId: aUuid(99) })).rejects.toBeInstanceOf(ChatNotFoundError);
    await expect(world.ledger.reserve(WRITE, 1, QUOTA)).rejects.toBeInstanceOf(ChatNotFoundError);
    await expect(settle(unplaceable(1))).rejects.toBeInstanceOf(ChatNotFoundError);
  });
}
