import { type Kysely, sql } from 'kysely';
import type { ContentWrite } from '../../ports/write-ledger.js';
import type { ContentWriteRow, StorageTables } from './tables.js';

export const toWriteRow = (write: ContentWrite, workspaceId: string): ContentWriteRow => ({
  write_id: write.writeId,
  chat_id: write.chatId,
  workspace_id: workspaceId,
  kind: write.kind,
  staged_name: write.stagedName,
  identity: write.identity,
  name: write.name,
  content_type: write.contentType,
  file_id: write.fileId,
  started_at: write.startedAt.getTime(),
  reserved_bytes: write.reservedBytes,
});

export const ofWriteRow = (row: ContentWriteRow): ContentWrite => ({
  writeId: row.write_id,
  chatId: row.chat_id,
  kind: row.kind,
  stagedName: row.staged_name,
  identity: row.identity,
  name: row.name,
  contentType: row.content_type,
  fileId: row.file_id,
  startedAt: new Date(row.started_at),
  reservedBytes: row.reserved_bytes,
});

/** What all writes in the workspace but this one have reserved. */
export async function reservedByOthers(
  db: Kysely<StorageTables>,
  workspaceId: string,
  writeId: string,
): Promise<number> {
  const { total } = await db
    .selectFrom('content_writes')
    .select(totalReserved)
    .where('workspace_id', '=', workspaceId)
    .where('write_id', '<>', writeId)
    .executeTakeFirstOrThrow();
  return total;
}

/** PostgreSQL sums up to a decimal, which would come as text. */
export const totalReserved = sql<number>`cast(coalesce(sum(reserved_bytes), 0) as bigint)`.as('total');
