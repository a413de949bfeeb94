import type { ChatFile } from '../domain/chat-file.js';
import type { Slice } from '../domain/slice.js';

export const CHAT_FILE_REPOSITORY = Symbol('ChatFileRepository');

/** What is needed to tell a record from a later one of the same name. */
export interface FileRecord {
  readonly fileId: string;
  readonly name: string;
  /** Another one whenever the file was written through the service. */
  readonly revision: number;
}

/**
 * What is known of the files of chats; their bytes lie elsewhere. Those of a chat go with it. Uploads are recorded by
 * WriteLedger.settle, and end by WriteLedger.removeFile.
 */
export interface ChatFileRepository {
  find(fileId: string): Promise<ChatFile | null>;

  findByName(chatId: string, name: string): Promise<ChatFile | null>;

  /** Oldest first, ties by id. @param maxListed what stands behind so many, counted from the first of all, is left out */
  listByChat(chatId: string, slice: Slice, maxListed: number): Promise<ChatFile[]>;

  /** Of all files of the chat; oldest first, ties by id. */
  listRecords(chatId: string): Promise<FileRecord[]>;

  /** Keeps those whose name has neither a record nor a write under way; the others are passed over. @throws ChatNotFoundError */
  adopt(chatId: string, files: readonly ChatFile[]): Promise<void>;

  /** Drops these records, those not whose revision is another one by now. */
  forget(records: readonly FileRecord[]): Promise<void>;

  /** @returns whether it was there */
  delete(fileId: string): Promise<boolean>;

  /** Drops every file of the chat. */
  deleteAll(chatId: string): Promise<void>;
}
