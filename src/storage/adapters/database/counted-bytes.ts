import type { Kysely } from 'kysely';
import type { Replacement } from '../../ports/write-ledger.js';
import type { ContentWriteRow, StorageTables } from './tables.js';

/** What was put on the workspace for the upload that is replaced; for a file of the sandbox nothing was. */
export async function countedOfUpload(
  db: Kysely<StorageTables>,
  { chat_id, name }: ContentWriteRow,
  replaced: Replacement['replaced'],
): Promise<number> {
  if (replaced === null) return 0;
  const row = await db
    .selectFrom('chat_files')
    .select('size_bytes')
    .where('chat_id', '=', chat_id)
    .where('name', '=', name)
    .where('origin', '=', 'upload')
    .executeTakeFirst();
  return row?.size_bytes ?? 0;
}

/** Keeps what was put on the workspace for the history. A history has no record but this. */
export async function countHistory(
  db: Kysely<StorageTables>,
  { chat_id }: ContentWriteRow,
  countedBytes: number,
): Promise<null> {
  await db.updateTable('chats').set({ history_bytes: countedBytes }).where('chat_id', '=', chat_id).execute();
  return null;
}
