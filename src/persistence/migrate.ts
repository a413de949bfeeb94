import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/**
 * Brings the tables up to date; processes that start together do it once. All or nothing: PostgreSQL's migrator works
 * under an advisory lock and in a transaction, and for SQLite the transaction is opened here, as one that writes.
 */
export async function migrate(
  db: Kysely<unknown>,
  isPostgres: boolean,
  migrations: Record<string, Migration>,
): Promise<void> {
  if (isPostgres) await migrateToLatest(db, migrations);
  else await inWriteTransaction(db, (connection) => migrateToLatest(connection, migrations));
}

/** SQLite: waits for the turn to write at once, since a transaction that has read first is refused it without waiting. */
export function inWriteTransaction<T, R>(
  db: Kysely<T>,
  work: (connection: Kysely<T>) => Promise<R>,
): Promise<R> {
  return db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      const result = await work(connection);
      await sql`commit`.execute(connection);
      return result;
    } catch (error) {
      // A full disk has ended it already.
      await sql`rollback`.execute(connection).catch(() => null);
      throw error;
    }
  });
}

async function migrateToLatest(db: Kysely<unknown>, migrations: Record<string, Migration>): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined)
    throw error instanceof Error ? error : new Error('migration failed', { cause: error });
}
