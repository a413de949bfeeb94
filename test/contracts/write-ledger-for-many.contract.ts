import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChatNotFoundError, WorkspaceQuotaExceededError } from '../../src/storage/domain/errors.js';
import type { ContentWrite } from '../../src/storage/ports/write-ledger.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { aChatFile, aContentWrite, aSettlement, WORKSPACE } from '../builders/storage.js';
import { NOW } from '../builders/times.js';
import { HeldWork, reactions } from '../fakes/deferred.js';
import { eventually } from '../support/eventually.js';
import { addChats, ALL, nothing, type RepositoriesWorld, times } from './storage-world.js';
import { storms, watching, writeAll } from './write-storm.js';

const MANY = 50;
const QUOTA = 100;
/** So that ten fit. */
const BYTES = 10;
/** Whoever has not come through by then waits for a lock. */
const WAITING_MS = 50;

const writeOf = (index: number, overrides: Partial<ContentWrite> = {}): ContentWrite =>
  aContentWrite({
    writeId: aUuid(6000 + index),
    fileId: aUuid(7000 + index),
    name: `${index}`,
    chatId: index % 3 === 0 ? CHAT : OTHER_CHAT,
    reservedBytes: BYTES,
    ...overrides,
  });

/** How many came through; those that did not were refused for the quota. */
async function countThrough(attempts: Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(attempts);
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  expect(errors.filter((error) => !(error instanceof WorkspaceQuotaExceededError))).toEqual([]);
  return results.length - errors.length;
}

/** What the ledger promises where many use it at once, in several processes too. */
export function itIsAWriteLedgerForMany(open: () => Promise<RepositoriesWorld>): void {
  let world: RepositoriesWorld;
  beforeAll(async () => {
    world = await open();
  });
  beforeEach(() => addChats(world));
  afterEach(() => world.clear());
  afterAll(() => world.close());

  const processOf = (index: number): RepositoriesWorld['peer'] => (index % 2 === 0 ? world : world.peer);

  it('lets exactly ten of fifty begin where ten fit', async () => {
    const attempts = times(MANY, (index) => processOf(index).ledger.begin(writeOf(index), QUOTA));
    expect(await countThrough(attempts)).toBe(10);
    expect(await world.ledger.list()).toHaveLength(10);
    expect((await world.ledger.account(WORKSPACE)).reservedBytes).toBe(QUOTA);
  });

  it('lets exactly ten of fifty settle where ten fit that had reserved nothing', async () => {
    const writes = times(MANY, (index) => writeOf(index, { reservedBytes: 0 }));
    await Promise.all(writes.map((write) => world.ledger.begin(write, QUOTA)));
    const attempts = writes.map(({ writeId }, index) =>
      processOf(index).ledger.settle(writeId, QUOTA, aSettlement(BYTES), 'counted'),
    );
    expect(await countThrough(attempts)).toBe(10);
    expect((await world.ledger.account(WORKSPACE)).usedBytes).toBe(QUOTA);
  });

  it('places the content of fifty that settle at once one after the other', async () => {
    const writes = times(MANY, (index) => writeOf(index));
    await Promise.all(writes.map((write) => world.ledger.begin(write, Infinity)));
    const placing: number[] = [];
    let now = 0;
    const place = async (): Promise<{ sizeBytes: number; isReplacement: boolean }> => {
      now += 1;
      placing.push(now);
      for (let tick = 0; tick < 10; tick += 1) await reactions();
      now -= 1;
      return { sizeBytes: BYTES, isReplacement: false };
    };
    const settlement = { ...aSettlement(BYTES), place };
    await Promise.all(
      writes.map(({ writeId }, index) =>
        processOf(index).ledger.settle(writeId, Infinity, settlement, 'counted'),
      ),
    );
    expect(placing).toEqual(writes.map(() => 1));
    expect((await world.ledger.account(WORKSPACE)).usedBytes).toBe(MANY * BYTES);
  });

  it('never passes the quota in any storm of writes, and ends with what was added', async () => {
    const aStorm = fc.asyncProperty(storms, async (storm) => {
      await world.clear();
      await addChats(world);
      const work = Promise.all(
        storm.map((steps, writer) => writeAll(processOf(writer).ledger, writer, steps, QUOTA)),
      );
      expect(await watching(world.peer.ledger, work)).toBeLessThanOrEqual(QUOTA);
      const added = (await work).reduce((sum, bytes) => sum + bytes, 0);
      const { usedBytes, reservedBytes } = await world.ledger.account(WORKSPACE);
      expect([usedBytes, reservedBytes, await world.ledger.list()]).toEqual([added, 0, []]);
    });
    await fc.assert(aStorm, { numRuns: 20, endOnFailure: true });
  });

  it('loses nothing of a correction that comes amid settlements', async () => {
    const writes = times(10, (index) => writeOf(index));
    for (const write of writes) await world.ledger.begin(write, Infinity);
    await Promise.all([
      ...writes.map(({ writeId }, index) =>
        processOf(index).ledger.settle(writeId, Infinity, aSettlement(BYTES), 'counted'),
      ),
      world.peer.ledger.correct(WORKSPACE, 1000, 0),
    ]);
    expect((await world.ledger.account(WORKSPACE)).usedBytes).toBe(1000 + 10 * BYTES);
  });

  it('places nothing while the content of a file is being removed', async () => {
    const write = writeOf(0);
    await world.files.adopt(CHAT, [aChatFile({ name: write.name })]);
    await world.ledger.begin(write, QUOTA);
    const [held, order] = [new HeldWork(), [] as string[]];
    const removing = world.ledger.removeFile(CHAT, aChatFile().fileId, async () => {
      await held.run();
      return order.push('removed') > 0;
    });
    await eventually(() => held.hasBegun, 'the content is being removed');
    const place = async (): Promise<{ sizeBytes: number; isReplacement: boolean }> => {
      order.push('placed');
      return Promise.resolve({ sizeBytes: BYTES, isReplacement: false });
    };
    const settlement = { ...aSettlement(BYTES), place };
    const settling = world.peer.ledger.settle(write.writeId, QUOTA, settlement, 'counted');
    await sleep(WAITING_MS);
    held.release();
    expect([await removing, order[0]]).toEqual([true, 'removed']);
    const file = aChatFile({ fileId: write.fileId, name: write.name, sizeBytes: BYTES });
    expect(await settling).toEqual(file);
    expect(await world.files.listByChat(CHAT, ALL, 10)).toEqual([file]);
  });

  it('makes a deletion wait until what is being placed is recorded', async () => {
    const write = writeOf(0);
    await world.ledger.begin(write, QUOTA);
    const held = new HeldWork();
    const place = async (): Promise<{ sizeBytes: number; isReplacement: boolean }> => {
      await held.run();
      return { sizeBytes: BYTES, isReplacement: false };
    };
    const settling = world.ledger.settle(write.writeId, QUOTA, { ...aSettlement(BYTES), place }, 'counted');
    await eventually(() => held.hasBegun, 'the content is being placed');
    const deleting = (async () => {
      await world.peer.chats.mark(CHAT, NOW);
      await world.peer.chats.dropMarked(CHAT, nothing);
    })();
    await reactions();
    held.release();
    expect(await settling).toEqual(aChatFile({ fileId: write.fileId, name: write.name, sizeBytes: BYTES }));
    await deleting;
    expect(await world.files.find(write.fileId)).toBeNull();
  });

  it('places nothing in a chat whose deletion has begun', async () => {
    const write = writeOf(0);
    await world.ledger.begin(write, QUOTA);
    await world.chats.mark(CHAT, NOW);
    const held = new HeldWork();
    const dropping = world.peer.chats.dropMarked(CHAT, held.run);
    await eventually(() => held.hasBegun, 'the content is being discarded');
    let isPlaced = false;
    const place = (): Promise<null> => {
      isPlaced = true;
      return Promise.resolve(null);
    };
    const settling = world.ledger.settle(write.writeId, QUOTA, { ...aSettlement(BYTES), place }, 'counted');
    const refused = expect(settling).rejects.toBeInstanceOf(ChatNotFoundError);
    held.release();
    await Promise.all([refused, dropping]);
    expect([isPlaced, await world.ledger.list()]).toEqual([false, []]);
  });

  it('gets stuck in no mixture of writes, additions and deletions, and leaves no record of a dropped chat', async () => {
    for (let round = 0; round < 10; round += 1) {
      const chats = times(4, (index) => aUuid(900 + index));
      await Promise.all(
        chats.map((chatId) => world.chats.add({ chatId, workspaceId: WORKSPACE, createdAt: NOW })),
      );
      await Promise.all(times(40, (index) => mixedWork(index, chats[index % 4] ?? CHAT)));
      for (const chatId of chats) {
        await world.chats.mark(chatId, NOW);
        await world.chats.dropMarked(chatId, nothing);
        expect(await world.files.listRecords(chatId)).toEqual([]);
      }
      expect(await world.ledger.list()).toEqual([]);
    }
  });

  /** Whatever a process may do to the chat at that moment. */
  async function mixedWork(index: number, chatId: string): Promise<void> {
    const { chats, ledger, files } = processOf(index);
    const write = writeOf(index, { chatId, name: `${index % 8}` });
    if (index % 10 === 9) {
      await chats.mark(chatId, NOW);
      await chats.dropMarked(chatId, reactions);
      await chats.add({ chatId, workspaceId: WORKSPACE, createdAt: NOW });
      return;
    }
    const work = async (): Promise<unknown> => {
      await ledger.begin(write, Infinity);
      const adopted = aChatFile({ fileId: aUuid(8000 + index), chatId, name: `${index % 5}` });
      await files.adopt(chatId, [adopted]);
      await ledger.reserve(write.writeId, 20, Infinity);
      if (index % 7 === 0) await ledger.abandon(write.writeId);
      else
        await ledger.settle(write.writeId, Infinity, aSettlement(BYTES, { isReplacement: true }), 'counted');
      return index % 4 === 0 ? files.forget(await files.listRecords(chatId)) : null;
    };
    await work().catch((error: unknown) => {
      if (!(error instanceof ChatNotFoundError)) throw error;
    });
    await ledger.abandon(write.writeId);
  }
}
