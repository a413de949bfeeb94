import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/persistence/database.js';
import { HistoryChangedError } from '../../src/storage/domain/errors.js';
import type { HistoryContent } from '../../src/storage/ports/history-content.js';
import { aStorageConfig } from '../builders/configuration.js';
import { CHAT } from '../builders/ids.js';
import { aChat, aWorkspace, WORKSPACE } from '../builders/storage.js';
import { FileUseCases } from '../fakes/file-use-cases.js';
import { LocalContent } from '../support/local-content.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { openDatabase } from '../support/test-database.js';
import { times } from './storage-world.js';

const START_MS = 120_000;
/** Whoever has not come through by then waits for a lock. */
const WAITING_MS = 100;

/** Lets another one act whenever the history has been opened, until it has done so or has to wait. */
const disturbed = (history: HistoryContent, act: () => Promise<unknown>): HistoryContent => {
  const open: HistoryContent['open'] = async (chatId) => {
    const content = await history.open(chatId);
    await Promise.race([act(), sleep(WAITING_MS)]);
    return content;
  };
  return Object.assign(Object.create(history) as HistoryContent, { open });
};

/** What those who write one history through several processes can rely on, over either database and a real disk. */
function theyAllWrite(openTwo: () => Promise<[Database, Database]>): void {
  let databases: [Database, Database];
  let local: LocalContent;
  let processes: FileUseCases[];

  const processOver = (database: Database, history: HistoryContent = local.histories): FileUseCases => {
    const { staging, attachments: content, chats: chatContent, usage: reader } = local;
    return new FileUseCases(database, { staging, content, history, chatContent, reader }, aStorageConfig());
  };

  beforeEach(async () => {
    databases = await openTwo();
    local = await LocalContent.create();
    processes = databases.map((database) => processOver(database));
    await processes[0]?.workspaces.add(aWorkspace());
    await processes[0]?.chats.add(aChat());
    await local.chats.ensureLayout(CHAT);
  });
  afterEach(async () => {
    for (const database of new Set(databases)) await database.onApplicationShutdown();
    await local.close();
  });

  const text = async (): Promise<string> => {
    await using content = await local.histories.open(CHAT);
    let read = '';
    for await (const chunk of content.read(0, content.facts.sizeBytes - 1)) read += String(chunk);
    return read;
  };

  it('keeps each of many appends that come at the same time through both', async () => {
    const lines = processes.flatMap((store, process) =>
      times(25, (index) => ({ store, line: `${process}-${index}-${'x'.repeat(1000)}\n` })),
    );
    // All of them: none is to write on once the test has failed.
    const results = await Promise.allSettled(lines.map(({ store, line }) => store.write(line)));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    const expected = lines.map(({ line }) => line).sort();
    expect((await text()).match(/.*\n/g)?.sort()).toEqual(expected);
    expect(await processes[0]?.ledger.account(WORKSPACE)).toMatchObject({
      usedBytes: expected.join('').length,
      reservedBytes: 0,
    });
  });

  /** A process of the second database, before which the first one writes whenever it can. */
  const outrun = (line: string): { store: FileUseCases; ahead: Promise<unknown>[] } => {
    const [fast] = processes;
    const ahead: Promise<unknown>[] = [];
    const history = disturbed(local.histories, () => {
      const write = Promise.resolve(fast?.write(line));
      ahead.push(write);
      return write;
    });
    return { store: processOver(databases[1], history), ahead };
  };

  it('lets nobody starve whom another process is always ahead of', async () => {
    const { store, ahead } = outrun('ahead\n');
    await store.write('slow\n');
    await Promise.all(ahead);
    expect((await text()).match(/slow\n/g)).toHaveLength(1);
    expect((await text()).match(/ahead\n/g)).toHaveLength(ahead.length);
  });

  it('replaces no other history than the one that the writer has seen', async () => {
    const seen = await processes[0]?.write('seen\n');
    const { store, ahead } = outrun('unseen\n');
    const refused = store.write('mine\n', { mode: 'replace', expected: [seen ?? ''] });
    await expect(refused).rejects.toBeInstanceOf(HistoryChangedError);
    await Promise.all(ahead);
    expect(await text()).toBe(`seen\n${'unseen\n'.repeat(ahead.length)}`);
  });
}

describe('the writers of a history over SQLite', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-sqlite-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  // One connection for both, as in the contract of the repositories: the other one would wait in the same thread.
  let count = 0;
  theyAllWrite(async () => {
    count += 1;
    const database = await openDatabase(`sqlite:${join(directory, `${count}.db`)}`);
    return [database, database];
  });
});

describe('the writers of a history over PostgreSQL', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  afterAll(() => cluster.stop());

  theyAllWrite(async () => {
    const url = await cluster.newDatabase();
    return [await openDatabase(url), await openDatabase(url)];
  });
});
