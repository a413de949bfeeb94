/** The tables as the queries see them; times are milliseconds since 1970, in both kinds of database. */
export interface StorageTables {
  workspaces: WorkspaceRow;
  chats: ChatRow;
  chat_files: ChatFileRow;
}

export interface WorkspaceRow {
  workspace_id: string;
  user_id: string;
  created_at: number;
  /** Since when it is on its way out. */
  deleted_at: number | null;
}

export interface ChatRow {
  chat_id: string;
  workspace_id: string;
  created_at: number;
  /** Since when it is on its way out. */
  deleted_at: number | null;
}

export interface ChatFileRow {
  file_id: string;
  chat_id: string;
  name: string;
  content_type: string | null;
  size_bytes: number;
  origin: 'upload' | 'agent';
  created_at: number;
}
