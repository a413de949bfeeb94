import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { type Dialect, SqliteDialect } from 'kysely';

/**
 * How long a statement waits for another process that is writing. The driver waits in the very thread that serves
 * requests, so it is short; a transaction of ours takes milliseconds.
 */
const BUSY_MS = 2000;

/** The file for the service alone: it tells who talks with whom. */
const OWN_FILE = 0o600;
const OWN_DIRECTORY = 0o700;

/**
 * Opens the file, and makes it and its directory when they are missing.
 * @param path absolute, or `:memory:`
 * @throws Error when it is no database, or cannot be read and written
 */
export function sqliteDialect(path: string): Dialect {
  if (path !== ':memory:') ensureFile(path);
  const database = new BetterSqlite3(path, { timeout: BUSY_MS });
  try {
    // Readers do not wait for the writer, and what was committed survives a loss of power.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteDialect({ database });
}

/** The journal files beside it get the same mode from SQLite. */
function ensureFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: OWN_DIRECTORY });
  closeSync(openSync(path, 'a', OWN_FILE));
}
