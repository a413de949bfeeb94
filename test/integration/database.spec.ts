import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ConfigurationError } from '../../src/config/configuration.js';
import { ReadinessChecks } from '../../src/health/readiness-checks.js';
import { NoTracer } from '../../src/observability/adapters/no-tracer.js';
import { Database } from '../../src/persistence/database.js';
import { DatabaseUnavailableError } from '../../src/persistence/database-errors.js';
import { SchemaMigrations } from '../../src/persistence/schema-migrations.js';
import { StorageMigrations } from '../../src/storage/adapters/database/migrations.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { aStorageConfig, anAppConfig } from '../builders/configuration.js';
import { aUuid } from '../builders/ids.js';
import { aWorkspace } from '../builders/storage.js';
import { RecordingLogger } from '../fakes/observability.js';
import { eventually } from '../support/eventually.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { openDatabase } from '../support/test-database.js';

const START_MS = 120_000;

async function pragma(database: Database, name: string): Promise<unknown> {
  const { rows } = await database.run((db) =>
    sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db),
  );
  return Object.values(rows[0] ?? {})[0];
}

describe('Database over SQLite', () => {
  let directory: string;
  const open: Database[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-database-'));
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.onApplicationShutdown();
    await rm(directory, { recursive: true });
  });

  const openFile = async (name = 'new/test.db'): Promise<Database> => {
    const database = await openDatabase(`sqlite:${join(directory, name)}`);
    open.push(database);
    return database;
  };

  it('makes the file and its directory for itself alone, and keeps what is committed', async () => {
    const database = await openFile();
    const modes = ['new', 'new/test.db', 'new/test.db-wal'].map(async (name) =>
      ((await stat(join(directory, name))).mode & 0o777).toString(8),
    );
    expect(await Promise.all(modes)).toEqual(['700', '600', '600']);
    expect([
      await pragma(database, 'journal_mode'),
      await pragma(database, 'synchronous'),
      await pragma(database, 'foreign_keys'),
      await pragma(database, 'busy_timeout'),
    ]).toEqual(['wal', 2, 1, 2000]);
  });

  it('finds its tables and rows again', async () => {
    const workspace = aWorkspace();
    await new SqlWorkspaceRepository(await openFile()).add(workspace);
    await open.pop()?.onApplicationShutdown();
    const again = new SqlWorkspaceRepository(await openFile());
    expect(await again.find(workspace.workspaceId)).toEqual(workspace);
  });

  it('lets several have the same file open', async () => {
    const databases: Database[] = [];
    for (let count = 0; count < 5; count += 1) databases.push(await openFile());
    const repositories = databases.map((database) => new SqlWorkspaceRepository(database));
    const first = new SqlWorkspaceRepository(await openFile());
    const added = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (repositories[index % 5] ?? first).add(aWorkspace({ workspaceId: aUuid(index + 1) })),
      ),
    );
    expect(new Set(added.map(({ workspaceId }) => workspaceId)).size).toBe(1);
  });

  it.each([
    ['a directory', (path: string) => mkdir(path)],
    ['no database', (path: string) => writeFile(path, 'x'.repeat(4096))],
  ])('names its key where the file is %s', async (_, plant) => {
    await plant(join(directory, 'bad'));
    await expect(openFile('bad')).rejects.toThrow(ConfigurationError);
    await expect(openFile('bad')).rejects.toThrow(
      /storage\.database_url \(APP_STORAGE_DATABASE_URL\): .*\/bad/,
    );
  });

  it('names its key where the directory cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(openFile('file/below/test.db')).rejects.toThrow(/storage\.database_url .* cannot be used/);
  });

  it('gives up waiting for another writer after a while, without harm', async () => {
    const [one, other] = [await openFile(), await openFile()];
    const holding = one.transaction(async () => {
      const refused = new SqlWorkspaceRepository(other).add(aWorkspace());
      await expect(refused).rejects.toBeInstanceOf(DatabaseUnavailableError);
    });
    await holding;
    expect(await new SqlWorkspaceRepository(other).add(aWorkspace())).toEqual(aWorkspace());
  });
});

describe('Database over PostgreSQL', () => {
  let cluster: PostgresCluster;
  const open: Database[] = [];

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  }, START_MS);
  afterEach(async () => {
    for (const database of open.splice(0)) await database.onApplicationShutdown();
  });
  afterAll(() => cluster.stop());

  interface Opened {
    readonly database: Database;
    readonly logger: RecordingLogger;
    readonly isReady: () => Promise<boolean>;
  }

  const prepare = (databaseUrl: string): Opened => {
    const [logger, migrations, checks] = [
      new RecordingLogger(),
      new SchemaMigrations(),
      new ReadinessChecks(),
    ];
    const [storage, app] = [aStorageConfig({ databaseUrl }), anAppConfig()];
    const database = new Database(storage, app, migrations, checks, logger, new NoTracer());
    open.push(database);
    new StorageMigrations(migrations, database).onModuleInit();
    database.onModuleInit();
    const [[, check] = ['', () => Promise.reject(new Error('no check'))]] = checks.entries();
    const isReady = (): Promise<boolean> =>
      check().then(
        () => true,
        () => false,
      );
    return { database, logger, isReady };
  };

  it('makes its tables once, also when several start at once', async () => {
    const url = await cluster.newDatabase();
    const opened = Array.from({ length: 5 }, () => prepare(url));
    await Promise.all(opened.map(({ database }) => database.onApplicationBootstrap()));
    for (const { isReady } of opened) await eventually(isReady, 'all are ready');
  });

  it('starts while the server is away, says so, and comes back by itself, again and again', async () => {
    const url = await cluster.newDatabase();
    await cluster.pause();
    const { database, logger, isReady } = prepare(url);
    await database.onApplicationBootstrap();
    const repository = new SqlWorkspaceRepository(database);
    const early = repository.add(aWorkspace());
    await expect(early).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(await isReady()).toBe(false);

    await cluster.resume();
    await eventually(isReady, 'it is ready');
    expect(await repository.add(aWorkspace())).toEqual(aWorkspace());

    await cluster.pause();
    await expect(repository.list(null, { after: null, limit: 1 })).rejects.toBeInstanceOf(
      DatabaseUnavailableError,
    );
    expect(await isReady()).toBe(false);
    await cluster.resume();
    await eventually(isReady, 'it is ready again');
    expect(await repository.findByUser(aWorkspace().userId)).toEqual(aWorkspace());
    expect(logger.events).toContain('database_not_prepared');
  }, 60_000);

  it('ends a statement that takes too long, and one that waits for a lock', async () => {
    const { database } = prepare(await cluster.newDatabase());
    await database.onApplicationBootstrap();
    const limits = await database.run(async (db) => [
      (await sql<{ lock_timeout: string }>`show lock_timeout`.execute(db)).rows[0]?.lock_timeout,
      (await sql<{ statement_timeout: string }>`show statement_timeout`.execute(db)).rows[0]
        ?.statement_timeout,
    ]);
    expect(limits).toEqual(['5s', '10s']);
    const endless = database.run((db) => sql`set statement_timeout = 50; select pg_sleep(5)`.execute(db));
    await expect(endless).rejects.toBeInstanceOf(DatabaseUnavailableError);
  });

  it('tells the password to nobody', async () => {
    const url = new URL(await cluster.newDatabase());
    url.password = 'a-very-secret-word';
    const { database, logger } = prepare(url.href);
    await database.onApplicationBootstrap();
    const told = logger.records.map(({ event, fields }) => {
      const { err } = fields as { err?: Error };
      return `${event} ${JSON.stringify([fields, Object.entries(err ?? {})])} ${String(err?.stack)} ${String(err?.cause)}`;
    });
    expect(told.join('\n')).toMatch(/database_not_prepared/);
    expect(told.join('\n')).not.toMatch(/a-very-secret-word/);
    const broken = (): unknown => prepare('postgres://tester:a-very-secret-word@[/database');
    expect(broken).toThrow(ConfigurationError);
    expect(broken).not.toThrow(/secret/);
  });
});
