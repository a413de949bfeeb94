import type { Kysely } from 'kysely';
import type { ChatFile } from '../../domain/chat-file.js';
import { ofFileRow, toFileRow } from './chat-file-rows.js';
import type { ContentWriteRow, StorageTables } from './tables.js';

/** What became of the content of an upload. */
interface Placed {
  readonly sizeBytes: number;
  readonly isReplacement: boolean;
}

/**
 * Records the file of an upload whose content has its name. To be called under the lock on the chat.
 * @param replacedIdentity of the content that bore the name before; undefined: none did
 */
export async function recordUpload(
  db: Kysely<StorageTables>,
  write: ContentWriteRow,
  { sizeBytes, isReplacement }: Placed,
  replacedIdentity: string | undefined,
): Promise<ChatFile> {
  if (!isReplacement) return insertRecord(db, write, sizeBytes);
  return (
    (await updateRecord(db, write, sizeBytes)) ??
    (await insertRecord(db, (await unrecordedWrite(db, write, replacedIdentity)) ?? write, sizeBytes))
  );
}

/** The write of the content that was replaced, where it could not be recorded: its client knows the file by that id. */
async function unrecordedWrite(
  db: Kysely<StorageTables>,
  write: ContentWriteRow,
  identity: string | undefined,
): Promise<ContentWriteRow | undefined> {
  if (identity === undefined) return undefined;
  const lender = await db
    .selectFrom('content_writes')
    .select(['file_id', 'started_at'])
    .where('chat_id', '=', write.chat_id)
    .where('name', '=', write.name)
    .where('identity', '=', identity)
    .where('write_id', '<>', write.write_id)
    .executeTakeFirst();
  return lender === undefined ? undefined : { ...write, ...lender };
}

/** The file keeps its id and its time. @returns undefined when there was no record of the file that was replaced */
async function updateRecord(
  db: Kysely<StorageTables>,
  write: ContentWriteRow,
  sizeBytes: number,
): Promise<ChatFile | undefined> {
  const row = await db
    .updateTable('chat_files')
    .set((eb) => ({
      content_type: write.content_type,
      size_bytes: sizeBytes,
      origin: 'upload' as const,
      revision: eb('revision', '+', 1),
    }))
    .where('chat_id', '=', write.chat_id)
    .where('name', '=', write.name)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? undefined : ofFileRow(row);
}

async function insertRecord(
  db: Kysely<StorageTables>,
  write: ContentWriteRow,
  sizeBytes: number,
): Promise<ChatFile> {
  // Of a file that the sandbox has removed: nothing bore the name any more.
  await db
    .deleteFrom('chat_files')
    .where('chat_id', '=', write.chat_id)
    .where('name', '=', write.name)
    .execute();
  const file: ChatFile = {
    fileId: write.file_id,
    chatId: write.chat_id,
    name: write.name,
    contentType: write.content_type,
    sizeBytes,
    origin: 'upload',
    createdAt: new Date(write.started_at),
  };
  await db.insertInto('chat_files').values(toFileRow(file)).execute();
  return file;
}
