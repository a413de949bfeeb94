import BetterSqlite3 from 'better-sqlite3';

export interface LedgerRows {
  readonly usedBytes: number;
  /** Writes under way. */
  readonly writes: number;
}

const ROWS = `
  select (select used_bytes from workspaces where workspace_id = :workspaceId) as usedBytes,
         (select count(*) from content_writes where workspace_id = :workspaceId) as writes`;

/** What the database file says of the workspace, read beside the service that has it open. */
export function readLedger(path: string, workspaceId: string): LedgerRows {
  const database = new BetterSqlite3(path, { readonly: true, timeout: 10_000 });
  try {
    const rows = database.prepare<[object], LedgerRows>(ROWS).get({ workspaceId });
    if (rows === undefined) throw new Error('no row');
    return rows;
  } finally {
    database.close();
  }
}
