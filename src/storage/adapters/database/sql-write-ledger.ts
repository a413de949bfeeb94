import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../../../persistence/database.js';
import type { ChatFile } from '../../domain/chat-file.js';
import { WorkspaceNotFoundError, WorkspaceQuotaExceededError } from '../../domain/errors.js';
import {
  afterSettling,
  type Balance,
  countedAfter,
  type Credit,
  creditOf,
  fits,
  usedAfterMeasuring,
} from '../../domain/quota.js';
import type { ContentWrite, Settlement, WorkspaceAccount, WriteLedger } from '../../ports/write-ledger.js';
import { ofWriteRow, reservedByOthers, totalReserved, toWriteRow } from './content-write-rows.js';
import { countedOfUpload, countHistory } from './counted-bytes.js';
import { LedgerLock } from './ledger-lock.js';
import type { StorageTables, WorkspaceRow } from './tables.js';
import { recordUpload } from './uploaded-file.js';

/** All that reserves or counts holds the lock on the workspace. */
@Injectable()
export class SqlWriteLedger implements WriteLedger {
  private readonly lock: LedgerLock;

  constructor(private readonly database: Database) {
    this.lock = new LedgerLock(database);
  }

  async begin(write: ContentWrite, quotaBytes: number): Promise<void> {
    await this.lock.onChat(write.chatId, async (db, { workspace }) => {
      await assertFits(db, workspace, write.writeId, write.reservedBytes, quotaBytes);
      await db.insertInto('content_writes').values(toWriteRow(write, workspace.workspace_id)).execute();
    });
  }

  async reserve(writeId: string, totalBytes: number, quotaBytes: number): Promise<void> {
    await this.lock.onWrite(writeId, async (db, { workspace, write }) => {
      if (totalBytes <= write.reserved_bytes) return;
      await assertFits(db, workspace, writeId, totalBytes, quotaBytes);
      await db
        .updateTable('content_writes')
        .set({ reserved_bytes: totalBytes })
        .where('write_id', '=', writeId)
        .execute();
    });
  }

  settle(
    writeId: string,
    quotaBytes: number,
    settlement: Settlement,
    credit: Credit,
  ): Promise<ChatFile | null | 'not-placed'> {
    return this.lock.onWrite(writeId, async (db, { workspace, chat, write }) => {
      const { addedBytes, replaced } = await settlement.look();
      const countedBytes =
        write.kind === 'history' ? chat.history_bytes : await countedOfUpload(db, write, replaced);
      const creditBytes = creditOf(replaced?.chargedBytes ?? 0, countedBytes, credit);
      const netBytes = addedBytes - creditBytes;
      await assertFits(db, workspace, writeId, netBytes, quotaBytes);
      const placed = await settlement.place();
      if (placed === null) return 'not-placed';
      const file =
        write.kind === 'file'
          ? await recordUpload(db, write, placed, replaced?.identity)
          : await countHistory(db, write, countedAfter(countedBytes, netBytes, placed.sizeBytes));
      await setBalance(db, workspace.workspace_id, afterSettling(balanceOf(workspace), netBytes));
      await db.deleteFrom('content_writes').where('write_id', '=', writeId).execute();
      return file;
    });
  }

  removeFile(chatId: string, fileId: string, remove: (name: string) => Promise<boolean>): Promise<boolean> {
    return this.lock.onChat(chatId, async (db) => {
      const record = await db
        .selectFrom('chat_files')
        .select('name')
        .where('file_id', '=', fileId)
        .where('chat_id', '=', chatId)
        .executeTakeFirst();
      if (record === undefined || !(await remove(record.name))) return false;
      // Last: a file without a record would become the sandbox's.
      await db.deleteFrom('chat_files').where('file_id', '=', fileId).execute();
      return true;
    });
  }

  async abandon(writeId: string): Promise<void> {
    await this.database.run<StorageTables, unknown>((db) =>
      db.deleteFrom('content_writes').where('write_id', '=', writeId).execute(),
    );
  }

  list(): Promise<ContentWrite[]> {
    return this.database.run<StorageTables, ContentWrite[]>(async (db) => {
      const rows = await db
        .selectFrom('content_writes')
        .innerJoin('chats', 'chats.chat_id', 'content_writes.chat_id')
        .selectAll('content_writes')
        .where('chats.deleted_at', 'is', null)
        .orderBy('started_at')
        .orderBy('write_id')
        .execute();
      return rows.map(ofWriteRow);
    });
  }

  account(workspaceId: string): Promise<WorkspaceAccount> {
    return this.database.run<StorageTables, WorkspaceAccount>(async (db) => {
      // In one statement: a write that is settled between two would count twice, or not at all.
      const row = await db
        .selectFrom('workspaces')
        .select((eb) => [
          'used_bytes',
          'written_bytes',
          eb
            .selectFrom('content_writes')
            .select(totalReserved)
            .whereRef('content_writes.workspace_id', '=', 'workspaces.workspace_id')
            .$asScalar()
            .$notNull()
            .as('reserved_bytes'),
        ])
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (row === undefined) throw new WorkspaceNotFoundError();
      return {
        usedBytes: row.used_bytes,
        reservedBytes: row.reserved_bytes,
        writtenBytes: row.written_bytes,
      };
    });
  }

  async correct(workspaceId: string, measuredBytes: number, writtenBytes: number): Promise<void> {
    await this.lock.onWorkspace(workspaceId, async (db, workspace) => {
      // Gone meanwhile: then there is nothing to correct.
      if (workspace === undefined) return;
      const balance = balanceOf(workspace);
      const usedBytes = usedAfterMeasuring(measuredBytes, writtenBytes, balance);
      await setBalance(db, workspaceId, { ...balance, usedBytes });
    });
  }
}

async function assertFits(
  db: Kysely<StorageTables>,
  workspace: WorkspaceRow,
  writeId: string,
  addedBytes: number,
  quotaBytes: number,
): Promise<void> {
  const reservedBytes = await reservedByOthers(db, workspace.workspace_id, writeId);
  if (!fits({ usedBytes: workspace.used_bytes, reservedBytes }, addedBytes, quotaBytes)) {
    throw new WorkspaceQuotaExceededError();
  }
}

const setBalance = (
  db: Kysely<StorageTables>,
  workspaceId: string,
  { usedBytes, writtenBytes }: Balance,
): Promise<unknown> =>
  db
    .updateTable('workspaces')
    .set({ used_bytes: usedBytes, written_bytes: writtenBytes })
    .where('workspace_id', '=', workspaceId)
    .execute();

const balanceOf = (row: WorkspaceRow): Balance => ({
  usedBytes: row.used_bytes,
  writtenBytes: row.written_bytes,
});
