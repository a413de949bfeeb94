import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type Dialect, Kysely, sql } from 'kysely';
import { ConfigurationError } from '../config/configuration.js';
import { AppConfig, StorageConfig } from '../config/sections.js';
import { ReadinessChecks } from '../health/readiness-checks.js';
import { endsInTime } from '../kernel/in-time.js';
import { untilDone } from '../kernel/until-done.js';
import { LOGGER, type Logger } from '../observability/ports/logger.js';
import { TRACER, type Tracer } from '../observability/ports/tracer.js';
import { DatabaseUnavailableError, toDatabaseError } from './database-errors.js';
import { inDatabaseSpan } from './database-span.js';
import { inWriteTransaction, migrate } from './migrate.js';
import { postgresDialect } from './postgres.js';
import { SchemaMigrations } from './schema-migrations.js';
import { sqliteDialect } from './sqlite.js';

/** Between two tries while PostgreSQL does not answer. */
const RETRY_MS = 1000;
/** A probe is answered soon, and so is a start-up. */
const PROBE_MS = 2000;
const CLOSE_MS = 2000;

/**
 * The one connection to the metadata, of either kind. PostgreSQL may be away at the start: the service is then live, not
 * ready, and makes its tables as soon as it can. A SQLite file that cannot be used is a fault of the configuration.
 */
@Injectable()
export class Database implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly isPostgres: boolean;
  private kysely: Kysely<unknown> | null = null;
  private readonly stop = new AbortController();
  private isPrepared = false;

  constructor(
    private readonly storage: StorageConfig,
    private readonly app: AppConfig,
    private readonly migrations: SchemaMigrations,
    private readonly checks: ReadinessChecks,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {
    this.isPostgres = !storage.databaseUrl.startsWith('sqlite:');
  }

  /** @throws ConfigurationError where the file cannot be used, or the URL is none */
  onModuleInit(): void {
    this.kysely = new Kysely({ dialect: this.isPostgres ? this.openPostgres() : this.openSqlite() });
    this.checks.register('database', () => this.check());
  }

  /** Makes the tables; in the background where PostgreSQL does not answer soon. @throws ConfigurationError for SQLite */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.isPostgres) {
      await this.prepare().catch((error: unknown) => {
        throw faultOf(`cannot be used: ${toReason(error)}`);
      });
      return;
    }
    const work = this.prepareUntilDone();
    await Promise.race([work, sleep(PROBE_MS, null, { signal: this.stop.signal }).catch(() => null)]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    if (this.kysely !== null) await endsInTime(this.kysely.destroy(), CLOSE_MS);
  }

  /** Runs statements, each for itself. @throws DatabaseUnavailableError, DatabaseFullError, or what the driver says */
  run<T, R>(work: (db: Kysely<T>) => Promise<R>): Promise<R> {
    return this.traced('run', () => this.guarded<T, R>(work));
  }

  /** Runs statements that take effect together or not at all, and alone where they touch the same rows. */
  transaction<T, R>(work: (db: Kysely<T>) => Promise<R>): Promise<R> {
    return this.traced('transaction', () =>
      this.guarded<T, R>((db) =>
        this.isPostgres ? db.transaction().execute(work) : inWriteTransaction(db, work),
      ),
    );
  }

  private traced<R>(operation: 'run' | 'transaction', work: () => Promise<R>): Promise<R> {
    return inDatabaseSpan(this.tracer, operation, this.isPostgres ? 'postgresql' : 'sqlite', work);
  }

  private async guarded<T, R>(work: (db: Kysely<T>) => Promise<R>): Promise<R> {
    if (this.kysely === null || !this.isPrepared)
      throw new DatabaseUnavailableError('the tables are not there yet');
    try {
      return await work(this.kysely as Kysely<T>);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  private prepareUntilDone(): Promise<void> {
    const attempt = async (tries: number): Promise<boolean> => {
      try {
        await this.prepare();
        return true;
      } catch (error) {
        // Told once; until it succeeds, /readyz tells it on.
        this.logger[tries === 1 ? 'warn' : 'debug']('database_not_prepared', { tries, err: error });
        return false;
      }
    };
    return untilDone(attempt, RETRY_MS, this.stop.signal);
  }

  private async prepare(): Promise<void> {
    if (this.kysely === null) throw new Error('the database is not open');
    await migrate(this.kysely, this.isPostgres, this.migrations.all());
    this.isPrepared = true;
    this.logger.info('database_prepared', { dialect: this.isPostgres ? 'postgres' : 'sqlite' });
  }

  private async check(): Promise<void> {
    // Not traced: probes ask for it.
    const answer = this.guarded((db) => sql`select 1`.execute(db));
    const hasAnswered = await endsInTime(answer, PROBE_MS).catch(() => false);
    if (hasAnswered) return;
    throw new Error(this.isPrepared ? 'the database does not answer' : 'the database is not prepared yet');
  }

  private openSqlite(): Dialect {
    const path = this.storage.databaseUrl.replace(/^sqlite:/, '');
    try {
      return sqliteDialect(path);
    } catch (error) {
      throw faultOf(`${path} cannot be used: ${toReason(error)}`);
    }
  }

  /** Of a URL nothing is repeated: it may hold the password. */
  private openPostgres(): Dialect {
    if (!URL.canParse(this.storage.databaseUrl)) throw faultOf('is no URL of a PostgreSQL database');
    return postgresDialect(this.storage.databaseUrl, this.app.name, (error) => {
      this.logger.warn('database_connection_lost', { err: error });
    });
  }
}

const faultOf = (what: string): ConfigurationError =>
  new ConfigurationError([`storage.database_url (APP_STORAGE_DATABASE_URL): ${what}`]);

const toReason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
