import type { Kysely } from 'kysely';
import type { Database } from '../../../persistence/database.js';
import { ChatNotFoundError } from '../../domain/errors.js';
import type { ChatRow, ContentWriteRow, StorageTables, WorkspaceRow } from './tables.js';

/*
 * Locks on rows until the transaction ends. Whoever needs several takes them in this order, so that nobody waits in a
 * circle: the workspace, one of its chats, a write of it, its files. Whoever changes more than one file of a chat holds
 * the chat. In SQLite a transaction that writes is alone as it is.
 */

/** Whoever counts in the workspace, marks it or drops it waits, or has done so: then it is undefined. */
export const lockLiveWorkspace = (
  { isPostgres }: Database,
  db: Kysely<StorageTables>,
  workspaceId: string,
): Promise<WorkspaceRow | undefined> =>
  db
    .selectFrom('workspaces')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .$if(isPostgres, (query) => query.forUpdate())
    .executeTakeFirst();

/** Whoever marks the chat or drops it waits, or has done so. @returns the chat, on its way out or not */
export const lockChat = (
  { isPostgres }: Database,
  db: Kysely<StorageTables>,
  chatId: string,
): Promise<ChatRow | undefined> =>
  db
    .selectFrom('chats')
    .selectAll()
    .where('chat_id', '=', chatId)
    .$if(isPostgres, (query) => query.forUpdate())
    .executeTakeFirst();

/** @throws ChatNotFoundError when it is not there or on its way out */
export async function lockLiveChat(
  database: Database,
  db: Kysely<StorageTables>,
  chatId: string,
): Promise<ChatRow> {
  const chat = await lockChat(database, db, chatId);
  if (chat === undefined || chat.deleted_at !== null) throw new ChatNotFoundError();
  return chat;
}

/** Whoever abandons the write waits, or has done so: then it is undefined. */
export const lockWrite = (
  { isPostgres }: Database,
  db: Kysely<StorageTables>,
  writeId: string,
): Promise<ContentWriteRow | undefined> =>
  db
    .selectFrom('content_writes')
    .selectAll()
    .where('write_id', '=', writeId)
    .$if(isPostgres, (query) => query.forUpdate())
    .executeTakeFirst();
