import { Injectable } from '@nestjs/common';
import { Database } from '../../../persistence/database.js';
import type { Slice } from '../../domain/slice.js';
import type { Workspace } from '../../domain/workspace.js';
import type { WorkspaceRepository } from '../../ports/workspace-repository.js';
import { isBehind } from './keyset.js';
import type { StorageTables, WorkspaceRow } from './tables.js';

/** How often an addition looks again: each time its user's workspace came or went between two statements. */
const MAX_TRIES = 5;

@Injectable()
export class SqlWorkspaceRepository implements WorkspaceRepository {
  constructor(private readonly database: Database) {}

  find(workspaceId: string): Promise<Workspace | null> {
    return this.database.run<StorageTables, Workspace | null>(async (db) =>
      toWorkspace(
        await db
          .selectFrom('workspaces')
          .selectAll()
          .where('workspace_id', '=', workspaceId)
          .where('deleted_at', 'is', null)
          .executeTakeFirst(),
      ),
    );
  }

  findByUser(userId: string): Promise<Workspace | null> {
    return this.database.run<StorageTables, Workspace | null>(async (db) =>
      toWorkspace(
        await db
          .selectFrom('workspaces')
          .selectAll()
          .where('user_id', '=', userId)
          .where('deleted_at', 'is', null)
          .executeTakeFirst(),
      ),
    );
  }

  list(userId: string | null, { after, limit }: Slice): Promise<Workspace[]> {
    return this.database.run<StorageTables, Workspace[]>(async (db) => {
      const rows = await db
        .selectFrom('workspaces')
        .selectAll()
        .where('deleted_at', 'is', null)
        .$if(userId !== null, (query) => query.where('user_id', '=', userId))
        .$if(after !== null, (query) =>
          after === null ? query : query.where(isBehind('workspace_id', after)),
        )
        .orderBy('created_at')
        .orderBy('workspace_id')
        .limit(limit)
        .execute();
      return rows.map(ofRow);
    });
  }

  async add(workspace: Workspace): Promise<Workspace> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await this.insert(workspace);
      const kept = await this.findByUser(workspace.userId);
      if (kept !== null) return kept;
    }
    throw new Error(`the workspace of user ${workspace.userId} comes and goes`);
  }

  private insert({ workspaceId, userId, createdAt }: Workspace): Promise<unknown> {
    return this.database.run<StorageTables, unknown>((db) =>
      db
        .insertInto('workspaces')
        .values({
          workspace_id: workspaceId,
          user_id: userId,
          created_at: createdAt.getTime(),
          deleted_at: null,
          used_bytes: 0,
          written_bytes: 0,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }

  mark(workspaceId: string, chatIds: readonly string[], at: Date): Promise<boolean> {
    return this.database.transaction<StorageTables, boolean>(async (db) => {
      // First, since whoever adds a chat waits for this row.
      await db
        .updateTable('workspaces')
        .set({ deleted_at: at.getTime() })
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .execute();
      const chats = await db
        .selectFrom('chats')
        .select('chat_id')
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .execute();
      const expected = new Set(chatIds);
      if (chats.some(({ chat_id }) => !expected.has(chat_id))) {
        await db
          .updateTable('workspaces')
          .set({ deleted_at: null })
          .where('workspace_id', '=', workspaceId)
          .where('deleted_at', '=', at.getTime())
          .execute();
        return false;
      }
      await db
        .updateTable('chats')
        .set({ deleted_at: at.getTime() })
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .execute();
      return true;
    });
  }

  isMarked(workspaceId: string): Promise<boolean> {
    return this.database.run<StorageTables, boolean>(async (db) => {
      const row = await db
        .selectFrom('workspaces')
        .select('workspace_id')
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is not', null)
        .executeTakeFirst();
      return row !== undefined;
    });
  }

  listMarked(): Promise<string[]> {
    return this.database.run<StorageTables, string[]>(async (db) => {
      const rows = await db
        .selectFrom('workspaces')
        .select('workspace_id')
        .where('deleted_at', 'is not', null)
        .execute();
      return rows.map(({ workspace_id }) => workspace_id);
    });
  }

  async dropMarked(workspaceId: string): Promise<void> {
    await this.database.run<StorageTables, unknown>((db) =>
      db
        .deleteFrom('workspaces')
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is not', null)
        .where((eb) =>
          eb.not(eb.exists(eb.selectFrom('chats').select('chat_id').where('workspace_id', '=', workspaceId))),
        )
        .execute(),
    );
  }
}

const toWorkspace = (row: WorkspaceRow | undefined): Workspace | null =>
  row === undefined ? null : ofRow(row);

const ofRow = (row: WorkspaceRow): Workspace => ({
  workspaceId: row.workspace_id,
  userId: row.user_id,
  createdAt: new Date(row.created_at),
});
