import type { Generated, Selectable } from 'kysely';

/** The tables as the queries see them; times are milliseconds since 1970, in both kinds of database. */
export interface StorageTables {
  workspaces: WorkspaceRow;
  chats: ChatTable;
  chat_files: ChatFileRow;
  content_writes: ContentWriteRow;
}

export interface WorkspaceRow {
  workspace_id: string;
  user_id: string;
  created_at: number;
  /** Since when it is on its way out. */
  deleted_at: number | null;
  used_bytes: number;
  written_bytes: number;
}

interface ChatTable {
  chat_id: string;
  workspace_id: string;
  created_at: number;
  /** Since when it is on its way out. */
  deleted_at: number | null;
  /** What of its history was put on `used_bytes` by writes to it. */
  history_bytes: Generated<number>;
}

export type ChatRow = Selectable<ChatTable>;

export interface ChatFileRow {
  file_id: string;
  chat_id: string;
  name: string;
  content_type: string | null;
  size_bytes: number;
  origin: 'upload' | 'agent';
  created_at: number;
  /** One more with every upload that replaces the file. */
  revision: number;
}

/** A write under way; gone once its content has its name and its record. */
export interface ContentWriteRow {
  write_id: string;
  chat_id: string;
  /** That of the chat, which never changes: the reservations of a workspace are summed up all the time. */
  workspace_id: string;
  kind: 'file' | 'history';
  staged_name: string;
  identity: string;
  name: string;
  content_type: string | null;
  file_id: string;
  started_at: number;
  reserved_bytes: number;
}
