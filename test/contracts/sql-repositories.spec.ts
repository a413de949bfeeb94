import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Database } from '../../src/persistence/database.js';
import { SqlChatFileRepository } from '../../src/storage/adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from '../../src/storage/adapters/database/sql-write-ledger.js';
import type { StorageTables } from '../../src/storage/adapters/database/tables.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { openDatabase } from '../support/test-database.js';
import { itIsAChatFileRepository } from './chat-file-repository.contract.js';
import { theyAreStorageRepositories } from './storage-repositories.contract.js';
import type { RepositoriesWorld } from './storage-world.js';
import { itIsAWriteLedgerForMany } from './write-ledger-for-many.contract.js';
import { itIsAWriteLedger } from './write-ledger.contract.js';

const START_MS = 120_000;

type Repositories = Omit<RepositoriesWorld, 'peer' | 'clear' | 'close'>;

const repositoriesOf = (database: Database): Repositories => ({
  workspaces: new SqlWorkspaceRepository(database),
  chats: new SqlChatRepository(database),
  files: new SqlChatFileRepository(database),
  ledger: new SqlWriteLedger(database),
});

const worldOf = (database: Database, peer: Database): RepositoriesWorld => ({
  ...repositoriesOf(database),
  peer: repositoriesOf(peer),
  clear: async () => {
    await database.run<StorageTables, unknown>((db) => db.deleteFrom('chats').execute());
    await database.run<StorageTables, unknown>((db) => db.deleteFrom('workspaces').execute());
  },
  close: async () => {
    await database.onApplicationShutdown();
    if (peer !== database) await peer.onApplicationShutdown();
  },
});

function theyKeepTheirPromises(open: () => Promise<RepositoriesWorld>): void {
  theyAreStorageRepositories(open);
  describe('as a ChatFileRepository', () => itIsAChatFileRepository(open));
  describe('as a WriteLedger', () => itIsAWriteLedger(open));
  describe('as a WriteLedger for many', () => itIsAWriteLedgerForMany(open));
}

describe('the repositories over SQLite', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-sqlite-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  // Another connection of this thread would wait for the first one in vain: it waits in the thread.
  theyKeepTheirPromises(async () => {
    const database = await openDatabase(`sqlite:${join(directory, 'new/test.db')}`);
    return worldOf(database, database);
  });
});

describe('the repositories over PostgreSQL', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  afterAll(() => cluster.stop());

  theyKeepTheirPromises(async () => {
    const url = await cluster.newDatabase();
    return worldOf(await openDatabase(url), await openDatabase(url));
  });
});
