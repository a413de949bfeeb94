import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { DatabaseUnavailableError } from '../../src/persistence/database-errors.js';
import type { Database } from '../../src/persistence/database.js';
import { SqlChatFileRepository } from '../../src/storage/adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from '../../src/storage/adapters/database/sql-write-ledger.js';
import { ChatNotFoundError } from '../../src/storage/domain/errors.js';
import type { Settlement } from '../../src/storage/ports/write-ledger.js';
import { aUuid, CHAT } from '../builders/ids.js';
import { aChat, aChatFile, aContentWrite, aSettlement, aWorkspace, WORKSPACE } from '../builders/storage.js';
import { NOW } from '../builders/times.js';
import { HeldWork } from '../fakes/deferred.js';
import { eventually } from '../support/eventually.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { openDatabase } from '../support/test-database.js';

const START_MS = 120_000;
/** Far more than the pool has connections. */
const MANY = 50;

const writeOf = (index: number): ReturnType<typeof aContentWrite> =>
  aContentWrite({ writeId: aUuid(6000 + index), fileId: aUuid(7000 + index), name: `${index}` });

/** A settlement of 10 bytes whose placing lasts until the test ends it. */
const lasting = (held: HeldWork): Settlement => ({
  ...aSettlement(10),
  place: async () => {
    await held.run();
    return { sizeBytes: 10, isReplacement: false };
  },
});

describe('SqlWriteLedger over PostgreSQL', () => {
  let cluster: PostgresCluster;
  let database: Database;
  let other: Database;
  let ledger: SqlWriteLedger;

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  beforeEach(async () => {
    const url = await cluster.newDatabase();
    [database, other] = [await openDatabase(url), await openDatabase(url)];
    ledger = new SqlWriteLedger(database);
    await new SqlWorkspaceRepository(database).add(aWorkspace());
    await new SqlChatRepository(database).add(aChat());
  });
  afterEach(async () => {
    for (const each of [database, other]) await each.onApplicationShutdown();
  });
  afterAll(() => cluster.stop());

  const someoneWaitsForALock = async (): Promise<boolean> => {
    const query = sql<{ count: number }>`select count(*) from pg_locks where not granted`;
    const { rows } = await other.run((db) => query.execute(db));
    return (rows[0]?.count ?? 0) > 0;
  };

  it('leaves connections to others while fifty wait for one that is being placed', async () => {
    const writes = Array.from({ length: MANY }, (_, index) => writeOf(index));
    await Promise.all(writes.map((write) => ledger.begin(write, Infinity)));
    const held = new HeldWork();
    const settling = writes.map(({ writeId }) => ledger.settle(writeId, Infinity, lasting(held), 'counted'));
    await eventually(() => held.hasBegun, 'one is being placed');
    expect(await ledger.list()).toHaveLength(MANY);
    const busy = sql<{
      count: number;
    }>`select count(*) from pg_stat_activity where state = 'idle in transaction'`;
    expect((await other.run((db) => busy.execute(db))).rows).toEqual([{ count: 1 }]);
    expect(await someoneWaitsForALock()).toBe(false);
    held.release();
    expect(await Promise.all(settling)).toHaveLength(MANY);
    expect((await ledger.account(WORKSPACE)).usedBytes).toBe(MANY * 10);
  });

  it.each([
    ['of the chat', (): Promise<unknown> => new SqlChatRepository(other).mark(CHAT, NOW)],
    [
      'of the workspace',
      (): Promise<unknown> => new SqlWorkspaceRepository(other).mark(WORKSPACE, [CHAT], NOW),
    ],
  ])('keeps the deletion %s waiting while it places', async (_, mark) => {
    await ledger.begin(writeOf(1), Infinity);
    const held = new HeldWork();
    const settling = ledger.settle(writeOf(1).writeId, Infinity, lasting(held), 'counted');
    await eventually(() => held.hasBegun, 'it is being placed');
    const order: string[] = [];
    const marking = mark().then(() => order.push('marked'));
    await eventually(someoneWaitsForALock, 'the deletion waits');
    order.push('released');
    held.release();
    await Promise.all([settling, marking]);
    expect(order).toEqual(['released', 'marked']);
    await expect(ledger.begin(writeOf(2), Infinity)).rejects.toBeInstanceOf(ChatNotFoundError);
  });

  it('lets many files be dropped at once only by whoever has the chat', async () => {
    const files = new SqlChatFileRepository(database);
    await files.adopt(CHAT, [aChatFile()]);
    const records = await files.listRecords(CHAT);
    for (const drop of [() => files.forget(records), () => files.deleteAll(CHAT)]) {
      const chats = new SqlChatRepository(other);
      await chats.add(aChat());
      await files.adopt(CHAT, [aChatFile()]);
      await chats.mark(CHAT, NOW);
      const held = new HeldWork();
      const dropping = chats.dropMarked(CHAT, held.run);
      await eventually(() => held.hasBegun, 'the chat is being dropped');
      const attempt = drop();
      await eventually(someoneWaitsForALock, 'the other one waits');
      held.release();
      await Promise.all([dropping, attempt]);
    }
  });

  it('gets stuck in no mixture of settlements and deletions of workspaces', async () => {
    const [chats, workspaces] = [new SqlChatRepository(other), new SqlWorkspaceRepository(other)];
    for (let round = 0; round < 20; round += 1) {
      const workspace = aWorkspace({ workspaceId: aUuid(2100 + round), userId: aUuid(3100 + round) });
      await workspaces.add(workspace);
      const ids = Array.from({ length: 5 }, (_, index) => aUuid(10_000 + round * 10 + index));
      const chatOf = (chatId: string): ReturnType<typeof aChat> =>
        aChat({ chatId, workspaceId: workspace.workspaceId });
      for (const chatId of ids.slice(1)) await chats.add(chatOf(chatId));
      const [late = CHAT] = ids;
      const write = async (chatId: string, index: number): Promise<void> => {
        const begun = { ...writeOf(round * 10 + index), chatId };
        await ledger.begin(begun, Infinity);
        await ledger.settle(begun.writeId, Infinity, aSettlement(10), 'counted');
      };
      const results = await Promise.allSettled([
        chats.add(chatOf(late)),
        ...ids.map(write),
        workspaces.mark(workspace.workspaceId, ids, NOW),
        ...ids.slice(1, 3).map((chatId) => chats.mark(chatId, NOW)),
      ]);
      const errors = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(errors.filter((error) => !(error instanceof ChatNotFoundError))).toEqual([]);
      await Promise.all(ids.map((chatId) => chats.dropMarked(chatId, () => Promise.resolve())));
      await workspaces.dropMarked(workspace.workspaceId);
      expect([await workspaces.isMarked(workspace.workspaceId), await ledger.list()]).toEqual([false, []]);
    }
  });

  it('leaves the write, and the process alive, when the connection is lost while it places', async () => {
    await ledger.begin(writeOf(1), Infinity);
    const held = new HeldWork();
    const settling = ledger.settle(writeOf(1).writeId, Infinity, lasting(held), 'counted');
    const refused = expect(settling).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await eventually(() => held.hasBegun, 'it is being placed');
    const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'`;
    await other.run((db) => kill.execute(db));
    const left = sql<{
      count: number;
    }>`select count(*) from pg_stat_activity where state = 'idle in transaction'`;
    await eventually(
      async () => (await other.run((db) => left.execute(db))).rows[0]?.count === 0,
      'the connection is gone',
    );
    held.release();
    await refused;
    expect(await ledger.list()).toEqual([writeOf(1)]);
    const file = aChatFile({ fileId: aUuid(7001), name: '1', sizeBytes: 10 });
    expect(await ledger.settle(writeOf(1).writeId, Infinity, aSettlement(10), 'counted')).toEqual(file);
    expect(await ledger.account(WORKSPACE)).toEqual({ usedBytes: 10, reservedBytes: 0, writtenBytes: 10 });
  });

  it('leaves the write when the commit itself fails, after all else went well', async () => {
    await ledger.begin(writeOf(1), Infinity);
    const trap = sql`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create constraint trigger trap after insert on chat_files deferrable initially deferred
        for each row execute function refuse()`;
    await other.run((db) => trap.execute(db));
    await expect(ledger.settle(writeOf(1).writeId, Infinity, aSettlement(10), 'counted')).rejects.toThrow(
      'no',
    );
    expect(await ledger.list()).toEqual([writeOf(1)]);
    expect(await ledger.account(WORKSPACE)).toEqual({ usedBytes: 0, reservedBytes: 10, writtenBytes: 0 });
    await other.run((db) => sql`drop trigger trap on chat_files`.execute(db));
    await ledger.settle(writeOf(1).writeId, Infinity, aSettlement(10), 'counted');
    expect(await ledger.list()).toEqual([]);
  });
});
