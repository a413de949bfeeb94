import { aStorageConfig, anAppConfig } from '../builders/configuration.js';
import { RecordingLogger } from '../fakes/observability.js';
import { NoTracer } from '../../src/observability/adapters/no-tracer.js';
import type { Tracer } from '../../src/observability/ports/tracer.js';
import { ReadinessChecks } from '../../src/health/readiness-checks.js';
import { Database } from '../../src/persistence/database.js';
import { SchemaMigrations } from '../../src/persistence/schema-migrations.js';
import { StorageMigrations } from '../../src/storage/adapters/database/migrations.js';

/** A database with all tables, put together as the application does; to be closed by `onApplicationShutdown`. */
export async function openDatabase(databaseUrl: string, tracer: Tracer = new NoTracer()): Promise<Database> {
  const migrations = new SchemaMigrations();
  const database = new Database(
    aStorageConfig({ databaseUrl }),
    anAppConfig(),
    migrations,
    new ReadinessChecks(),
    new RecordingLogger(),
    tracer,
  );
  database.onModuleInit();
  new StorageMigrations(migrations, database).onModuleInit();
  await database.onApplicationBootstrap();
  return database;
}
