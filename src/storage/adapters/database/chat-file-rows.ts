import type { ChatFile } from '../../domain/chat-file.js';
import type { ChatFileRow } from './tables.js';

const FIRST_REVISION = 1;

export const toFileRow = (file: ChatFile): ChatFileRow => ({
  file_id: file.fileId,
  chat_id: file.chatId,
  name: file.name,
  content_type: file.contentType,
  size_bytes: file.sizeBytes,
  origin: file.origin,
  created_at: file.createdAt.getTime(),
  revision: FIRST_REVISION,
});

export const ofFileRow = (row: ChatFileRow): ChatFile => ({
  fileId: row.file_id,
  chatId: row.chat_id,
  name: row.name,
  contentType: row.content_type,
  sizeBytes: row.size_bytes,
  origin: row.origin,
  createdAt: new Date(row.created_at),
});

export const toFile = (row: ChatFileRow | undefined): ChatFile | null =>
  row === undefined ? null : ofFileRow(row);
