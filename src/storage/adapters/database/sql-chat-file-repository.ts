import { Injectable } from '@nestjs/common';
import { Database } from '../../../persistence/database.js';
import type { ChatFile } from '../../domain/chat-file.js';
import { ChatNotFoundError } from '../../domain/errors.js';
import type { Slice } from '../../domain/slice.js';
import type { ChatFileRepository } from '../../ports/chat-file-repository.js';
import { isBehind } from './keyset.js';
import type { ChatFileRow, StorageTables } from './tables.js';

@Injectable()
export class SqlChatFileRepository implements ChatFileRepository {
  constructor(private readonly database: Database) {}

  find(fileId: string): Promise<ChatFile | null> {
    return this.database.run<StorageTables, ChatFile | null>(async (db) =>
      toFile(await db.selectFrom('chat_files').selectAll().where('file_id', '=', fileId).executeTakeFirst()),
    );
  }

  findByName(chatId: string, name: string): Promise<ChatFile | null> {
    return this.database.run<StorageTables, ChatFile | null>(async (db) =>
      toFile(
        await db
          .selectFrom('chat_files')
          .selectAll()
          .where('chat_id', '=', chatId)
          .where('name', '=', name)
          .executeTakeFirst(),
      ),
    );
  }

  listByChat(chatId: string, { after, limit }: Slice): Promise<ChatFile[]> {
    return this.database.run<StorageTables, ChatFile[]>(async (db) => {
      const rows = await db
        .selectFrom('chat_files')
        .selectAll()
        .where('chat_id', '=', chatId)
        .$if(after !== null, (query) => (after === null ? query : query.where(isBehind('file_id', after))))
        .orderBy('created_at')
        .orderBy('file_id')
        .limit(limit)
        .execute();
      return rows.map(ofRow);
    });
  }

  save(file: ChatFile): Promise<ChatFile> {
    return this.database.transaction<StorageTables, ChatFile>(async (db) => {
      const chat = await db
        .selectFrom('chats')
        .select('chat_id')
        .where('chat_id', '=', file.chatId)
        .where('deleted_at', 'is', null)
        .$if(this.database.isPostgres, (query) => query.forShare())
        .executeTakeFirst();
      if (chat === undefined) throw new ChatNotFoundError();
      const row = await db
        .insertInto('chat_files')
        .values(toRow(file))
        .onConflict((conflict) =>
          conflict.columns(['chat_id', 'name']).doUpdateSet((eb) => ({
            content_type: eb.ref('excluded.content_type'),
            size_bytes: eb.ref('excluded.size_bytes'),
            origin: eb.ref('excluded.origin'),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return ofRow(row);
    });
  }

  delete(fileId: string): Promise<boolean> {
    return this.database.run<StorageTables, boolean>(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('chat_files')
        .where('file_id', '=', fileId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    });
  }

  async deleteAll(chatId: string): Promise<void> {
    await this.database.run<StorageTables, unknown>((db) =>
      db.deleteFrom('chat_files').where('chat_id', '=', chatId).execute(),
    );
  }
}

const toFile = (row: ChatFileRow | undefined): ChatFile | null => (row === undefined ? null : ofRow(row));

const ofRow = (row: ChatFileRow): ChatFile => ({
  fileId: row.file_id,
  chatId: row.chat_id,
  name: row.name,
  contentType: row.content_type,
  sizeBytes: row.size_bytes,
  origin: row.origin,
  createdAt: new Date(row.created_at),
});

const toRow = (file: ChatFile): ChatFileRow => ({
  file_id: file.fileId,
  chat_id: file.chatId,
  name: file.name,
  content_type: file.contentType,
  size_bytes: file.sizeBytes,
  origin: file.origin,
  created_at: file.createdAt.getTime(),
});
