import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../../../persistence/database.js';
import type { ChatFile } from '../../domain/chat-file.js';
import type { Slice } from '../../domain/slice.js';
import type { ChatFileRepository, FileRecord } from '../../ports/chat-file-repository.js';
import { batchesOf } from './batches.js';
import { ofFileRow, toFile, toFileRow } from './chat-file-rows.js';
import { isBehind } from './keyset.js';
import { lockChat, lockLiveChat } from './row-locks.js';
import type { StorageTables } from './tables.js';

const RECORD = ['file_id as fileId', 'name', 'revision'] as const;

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

  listByChat(chatId: string, { after, limit }: Slice, maxListed: number): Promise<ChatFile[]> {
    return this.database.run<StorageTables, ChatFile[]>(async (db) => {
      const rows = await db
        .selectFrom((eb) =>
          eb
            .selectFrom('chat_files')
            .selectAll()
            .where('chat_id', '=', chatId)
            .orderBy('created_at')
            .orderBy('file_id')
            .limit(maxListed)
            .as('chat_files'),
        )
        .selectAll()
        .$if(after !== null, (query) => (after === null ? query : query.where(isBehind('file_id', after))))
        .orderBy('created_at')
        .orderBy('file_id')
        .limit(limit)
        .execute();
      return rows.map(ofFileRow);
    });
  }

  listRecords(chatId: string): Promise<FileRecord[]> {
    return this.database.run<StorageTables, FileRecord[]>((db) =>
      db
        .selectFrom('chat_files')
        .select(RECORD)
        .where('chat_id', '=', chatId)
        .orderBy('created_at')
        .orderBy('file_id')
        .execute(),
    );
  }

  async adopt(chatId: string, files: readonly ChatFile[]): Promise<void> {
    await this.database.transaction<StorageTables, unknown>(async (db) => {
      // No write of the chat begins or ends meanwhile.
      await lockLiveChat(this.database, db, chatId);
      const writes = await db
        .selectFrom('content_writes')
        .select('name')
        .where('chat_id', '=', chatId)
        .execute();
      const writtenNames = new Set(writes.map(({ name }) => name));
      const rows = files.filter(({ name }) => !writtenNames.has(name)).map(toFileRow);
      for (const batch of batchesOf(rows)) {
        await db
          .insertInto('chat_files')
          .values(batch)
          .onConflict((conflict) => conflict.columns(['chat_id', 'name']).doNothing())
          .execute();
      }
    });
  }

  async forget(records: readonly FileRecord[]): Promise<void> {
    for (const [revision, ofRevision] of Map.groupBy(records, (record) => record.revision)) {
      for (const batch of batchesOf(ofRevision)) {
        const fileIds = batch.map(({ fileId }) => fileId);
        for (const chatId of await this.chatsOf(fileIds)) await this.forgetIn(chatId, fileIds, revision);
      }
    }
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
    await this.holding(chatId, (db) => db.deleteFrom('chat_files').where('chat_id', '=', chatId).execute());
  }

  private async chatsOf(fileIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.run<StorageTables, { chat_id: string }[]>((db) =>
      db.selectFrom('chat_files').select('chat_id').distinct().where('file_id', 'in', fileIds).execute(),
    );
    return rows.map(({ chat_id }) => chat_id);
  }

  private async forgetIn(chatId: string, fileIds: readonly string[], revision: number): Promise<void> {
    await this.holding(chatId, (db) =>
      db
        .deleteFrom('chat_files')
        .where('chat_id', '=', chatId)
        .where('file_id', 'in', fileIds)
        .where('revision', '=', revision)
        .execute(),
    );
  }

  /** For more than one file of the chat at once; without the chat, two would wait for each other's files. */
  private holding(chatId: string, work: (db: Kysely<StorageTables>) => Promise<unknown>): Promise<unknown> {
    return this.database.transaction<StorageTables, unknown>(async (db) => {
      await lockChat(this.database, db, chatId);
      return work(db);
    });
  }
}
