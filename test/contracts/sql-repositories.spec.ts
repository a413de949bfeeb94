import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Database } from '../../src/persistence/database.js';
import { SqlChatFileRepository } from '../../src/storage/adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import type { StorageTables } from '../../src/storage/adapters/database/tables.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { openDatabase } from '../support/test-database.js';
import { type RepositoriesWorld, theyAreStorageRepositories } from './storage-repositories.contract.js';

const START_MS = 120_000;

const worldOf = (database: Database): RepositoriesWorld => ({
  workspaces: new SqlWorkspaceRepository(database),
  chats: new SqlChatRepository(database),
  files: new SqlChatFileRepository(database),
  clear: async () => {
    await database.run<StorageTables, unknown>((db) => db.deleteFrom('chats').execute());
    await database.run<StorageTables, unknown>((db) => db.deleteFrom('workspaces').execute());
  },
  close: () => database.onApplicationShutdown(),
});

describe('the repositories over SQLite', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-sqlite-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  theyAreStorageRepositories(async () =>
    worldOf(await openDatabase(`sqlite:${join(directory, 'new/test.db')}`)),
  );
});

describe('the repositories over PostgreSQL', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  afterAll(() => cluster.stop());

  theyAreStorageRepositories(async () => worldOf(await openDatabase(await cluster.newDatabase())));
});
