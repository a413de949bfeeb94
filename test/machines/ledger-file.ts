import BetterSqlite3 from 'better-sqlite3';

export interface LedgerRows {
  /** Of all workspaces. */
  readonly usedBytes: number;
  /** Writes under way. */
  readonly writes: number;
}

/** What the database file says, read beside the service that has it open. */
export function readLedger(path: string): LedgerRows {
  const database = new BetterSqlite3(path, { readonly: true, timeout: 10_000 });
  try {
    const statement = database.prepare<[], LedgerRows>(
      `select (select coalesce(sum(used_bytes), 0) from workspaces) as usedBytes,
              (select count(*) from content_writes) as writes`,
    );
    const rows = statement.get();
    if (rows === undefined) throw new Error('no row');
    return rows;
  } finally {
    database.close();
  }
}
