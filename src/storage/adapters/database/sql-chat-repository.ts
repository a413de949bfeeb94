import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../../../persistence/database.js';
import type { Chat } from '../../domain/chat.js';
import type { Slice } from '../../domain/slice.js';
import type { ChatAddition, ChatRepository } from '../../ports/chat-repository.js';
import { isBehind } from './keyset.js';
import { lockLiveChat } from './row-locks.js';
import type { ChatRow, StorageTables } from './tables.js';

@Injectable()
export class SqlChatRepository implements ChatRepository {
  constructor(private readonly database: Database) {}

  find(chatId: string): Promise<Chat | null> {
    return this.database.run<StorageTables, Chat | null>(async (db) => {
      const row = await rowOf(db, chatId);
      return row === undefined || row.deleted_at !== null ? null : ofRow(row);
    });
  }

  listByWorkspace(workspaceId: string, { after, limit }: Slice): Promise<Chat[]> {
    return this.database.run<StorageTables, Chat[]>(async (db) => {
      const rows = await db
        .selectFrom('chats')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .$if(after !== null, (query) => (after === null ? query : query.where(isBehind('chat_id', after))))
        .orderBy('created_at')
        .orderBy('chat_id')
        .limit(limit)
        .execute();
      return rows.map(ofRow);
    });
  }

  listIds(workspaceId: string): Promise<string[]> {
    return this.database.run<StorageTables, string[]>(async (db) => {
      const rows = await db
        .selectFrom('chats')
        .select('chat_id')
        .where('workspace_id', '=', workspaceId)
        .execute();
      return rows.map(({ chat_id }) => chat_id);
    });
  }

  add(chat: Chat): Promise<ChatAddition> {
    return this.database.transaction<StorageTables, ChatAddition>(async (db) => {
      const workspace = await db
        .selectFrom('workspaces')
        .select('workspace_id')
        .where('workspace_id', '=', chat.workspaceId)
        .where('deleted_at', 'is', null)
        // Whoever marks the workspace waits until the chat is in it, or the chat finds it marked.
        .$if(this.database.isPostgres, (query) => query.forShare())
        .executeTakeFirst();
      if (workspace === undefined) return { result: 'no-workspace' };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('chats')
        .values({
          chat_id: chat.chatId,
          workspace_id: chat.workspaceId,
          created_at: chat.createdAt.getTime(),
          deleted_at: null,
        })
        .onConflict((conflict) => conflict.column('chat_id').doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 1n) return { result: 'added' };
      const row = await rowOf(db, chat.chatId);
      // Gone in the moment between: as good as on its way out.
      if (row === undefined || row.deleted_at !== null) return { result: 'marked' };
      return { result: 'exists', existing: ofRow(row) };
    });
  }

  whileLive<T>(chatId: string, work: () => Promise<T>): Promise<T> {
    return this.database.transaction<StorageTables, T>(async (db) => {
      await lockLiveChat(this.database, db, chatId);
      return work();
    });
  }

  mark(chatId: string, at: Date): Promise<boolean> {
    return this.database.run<StorageTables, boolean>(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('chats')
        .set((eb) => ({ deleted_at: eb.fn.coalesce('deleted_at', eb.val(at.getTime())) }))
        .where('chat_id', '=', chatId)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    });
  }

  isMarked(chatId: string): Promise<boolean> {
    return this.database.run<StorageTables, boolean>(async (db) => {
      const row = await rowOf(db, chatId);
      return row !== undefined && row.deleted_at !== null;
    });
  }

  listMarked(): Promise<string[]> {
    return this.database.run<StorageTables, string[]>(async (db) => {
      const rows = await db
        .selectFrom('chats')
        .select('chat_id')
        .where('deleted_at', 'is not', null)
        .execute();
      return rows.map(({ chat_id }) => chat_id);
    });
  }

  async dropMarked(chatId: string, discard: () => Promise<void>): Promise<void> {
    await this.database.transaction<StorageTables, unknown>(async (db) => {
      const row = await db
        .selectFrom('chats')
        .select('chat_id')
        .where('chat_id', '=', chatId)
        .where('deleted_at', 'is not', null)
        .$if(this.database.isPostgres, (query) => query.forUpdate())
        .executeTakeFirst();
      if (row === undefined) return null;
      await discard();
      return db.deleteFrom('chats').where('chat_id', '=', chatId).execute();
    });
  }
}

const rowOf = (db: Kysely<StorageTables>, chatId: string): Promise<ChatRow | undefined> =>
  db.selectFrom('chats').selectAll().where('chat_id', '=', chatId).executeTakeFirst();

const ofRow = (row: ChatRow): Chat => ({
  chatId: row.chat_id,
  workspaceId: row.workspace_id,
  createdAt: new Date(row.created_at),
});
