import type { Kysely } from 'kysely';
import type { Database } from '../../../persistence/database.js';
import { ChatNotFoundError } from '../../domain/errors.js';
import { lockLiveChat, lockLiveWorkspace, lockWrite } from './row-locks.js';
import type { ChatRow, ContentWriteRow, StorageTables, WorkspaceRow } from './tables.js';
import { Turns } from '../../../kernel/turns.js';

type Tables = Kysely<StorageTables>;

/** Where a write belongs; it never changes. */
type Place = Pick<ContentWriteRow, 'workspace_id' | 'chat_id'>;

/** What is held; as it was when the lock was had. */
interface HeldChat {
  readonly workspace: WorkspaceRow;
  readonly chat: ChatRow;
}

interface HeldWrite extends HeldChat {
  readonly write: ContentWriteRow;
}

/**
 * Runs work in a transaction that holds a workspace, and a chat in it. Within this process they wait for the workspace in
 * front of the database. The work must not use the database but by what it is given: in SQLite it would wait for itself.
 */
export class LedgerLock {
  private readonly turns = new Turns();

  constructor(private readonly database: Database) {}

  /** @param work gets undefined when the workspace is not there or on its way out */
  onWorkspace<R>(
    workspaceId: string,
    work: (db: Tables, workspace: WorkspaceRow | undefined) => Promise<R>,
  ): Promise<R> {
    return this.turns.take(workspaceId, () =>
      this.database.transaction<StorageTables, R>(async (db) =>
        work(db, await lockLiveWorkspace(this.database, db, workspaceId)),
      ),
    );
  }

  /** @throws ChatNotFoundError when the chat or its workspace is not there or on its way out */
  async onChat<R>(chatId: string, work: (db: Tables, held: HeldChat) => Promise<R>): Promise<R> {
    const place = await this.database.run<StorageTables, Place | undefined>((db) =>
      db
        .selectFrom('chats')
        .select(['workspace_id', 'chat_id'])
        .where('chat_id', '=', chatId)
        .executeTakeFirst(),
    );
    return this.onPlace(place, work);
  }

  /** @throws ChatNotFoundError also when the write is not there: its chat has been deleted */
  async onWrite<R>(writeId: string, work: (db: Tables, held: HeldWrite) => Promise<R>): Promise<R> {
    const place = await this.database.run<StorageTables, Place | undefined>((db) =>
      db
        .selectFrom('content_writes')
        .select(['workspace_id', 'chat_id'])
        .where('write_id', '=', writeId)
        .executeTakeFirst(),
    );
    return this.onPlace(place, async (db, held) => {
      const write = await lockWrite(this.database, db, writeId);
      if (write === undefined) throw new ChatNotFoundError();
      return work(db, { ...held, write });
    });
  }

  private async onPlace<R>(
    place: Place | undefined,
    work: (db: Tables, held: HeldChat) => Promise<R>,
  ): Promise<R> {
    if (place === undefined) throw new ChatNotFoundError();
    return this.onWorkspace(place.workspace_id, async (db, workspace) => {
      if (workspace === undefined) throw new ChatNotFoundError();
      const chat = await lockLiveChat(this.database, db, place.chat_id);
      return work(db, { workspace, chat });
    });
  }
}
