import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Database } from '../../../persistence/database.js';
import { SchemaMigrations } from '../../../persistence/schema-migrations.js';

/** A migration that has been released is never changed: what comes later is a migration of its own. */
function migrationsFor(isPostgres: boolean): Record<string, Migration> {
  /** Compared as bytes, as SQLite does of itself, so that order and uniqueness are the same in both. */
  const text = isPostgres ? sql`text collate "C"` : sql`text`;

  const createTable = (db: Kysely<unknown>, name: string): CreateTableBuilder<string> =>
    db.schema.createTable(name);

  const addCount = (db: Kysely<unknown>, table: string, name: string, first: number): Promise<void> =>
    db.schema
      .alterTable(table)
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(first))
      .execute();

  return {
    '001_workspaces_and_chats': {
      async up(db: Kysely<unknown>): Promise<void> {
        await createTable(db, 'workspaces')
          .addColumn('workspace_id', text, (column) => column.primaryKey())
          .addColumn('user_id', text, (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addColumn('deleted_at', 'bigint')
          .execute();
        // A user whose workspace is on its way out can have a new one.
        await sql`create unique index workspaces_by_user on workspaces (user_id) where deleted_at is null`.execute(
          db,
        );
        await db.schema
          .createIndex('workspaces_by_age')
          .on('workspaces')
          .columns(['created_at', 'workspace_id'])
          .execute();
        await createTable(db, 'chats')
          .addColumn('chat_id', text, (column) => column.primaryKey())
          .addColumn('workspace_id', text, (column) => column.notNull().references('workspaces.workspace_id'))
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addColumn('deleted_at', 'bigint')
          .execute();
        await db.schema
          .createIndex('chats_by_age')
          .on('chats')
          .columns(['workspace_id', 'created_at', 'chat_id'])
          .execute();
      },
    },
    '002_chat_files': {
      async up(db: Kysely<unknown>): Promise<void> {
        await createTable(db, 'chat_files')
          .addColumn('file_id', text, (column) => column.primaryKey())
          .addColumn('chat_id', text, (column) =>
            column.notNull().references('chats.chat_id').onDelete('cascade'),
          )
          .addColumn('name', text, (column) => column.notNull())
          .addColumn('content_type', 'text')
          .addColumn('size_bytes', 'bigint', (column) => column.notNull())
          .addColumn('origin', 'text', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addUniqueConstraint('chat_files_by_name', ['chat_id', 'name'])
          .execute();
        await db.schema
          .createIndex('chat_files_by_age')
          .on('chat_files')
          .columns(['chat_id', 'created_at', 'file_id'])
          .execute();
      },
    },
    '003_content_writes': {
      async up(db: Kysely<unknown>): Promise<void> {
        await addCount(db, 'workspaces', 'used_bytes', 0);
        await addCount(db, 'workspaces', 'written_bytes', 0);
        await addCount(db, 'chat_files', 'revision', 1);
        await createTable(db, 'content_writes')
          .addColumn('write_id', text, (column) => column.primaryKey())
          .addColumn('chat_id', text, (column) =>
            column.notNull().references('chats.chat_id').onDelete('cascade'),
          )
          .addColumn('workspace_id', text, (column) => column.notNull())
          .addColumn('kind', 'text', (column) => column.notNull())
          .addColumn('staged_name', text, (column) => column.notNull())
          .addColumn('identity', text, (column) => column.notNull())
          .addColumn('name', text, (column) => column.notNull())
          .addColumn('content_type', 'text')
          .addColumn('file_id', text, (column) => column.notNull())
          .addColumn('started_at', 'bigint', (column) => column.notNull())
          .addColumn('reserved_bytes', 'bigint', (column) => column.notNull())
          .execute();
        await db.schema
          .createIndex('content_writes_by_workspace')
          .on('content_writes')
          .column('workspace_id')
          .execute();
        await db.schema
          .createIndex('content_writes_by_name')
          .on('content_writes')
          .columns(['chat_id', 'name'])
          .execute();
      },
    },
    '004_counted_histories': {
      // What was written before counts as not counted: replacing it frees it once the workspace is measured.
      up: (db: Kysely<unknown>): Promise<void> => addCount(db, 'chats', 'history_bytes', 0),
    },
  };
}

/** Registers the tables of storage, before anything is migrated. */
@Injectable()
export class StorageMigrations implements OnModuleInit {
  constructor(
    private readonly migrations: SchemaMigrations,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.migrations.register(migrationsFor(this.database.isPostgres));
  }
}
