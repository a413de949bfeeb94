import type { ChatFile } from '../domain/chat-file.js';
import type { Slice } from '../domain/slice.js';

export const CHAT_FILE_REPOSITORY = Symbol('ChatFileRepository');

/** What is known of the files of chats; their bytes lie elsewhere. Those of a chat go with it. */
export interface ChatFileRepository {
  find(fileId: string): Promise<ChatFile | null>;

  findByName(chatId: string, name: string): Promise<ChatFile | null>;

  /** Oldest first, ties by id. */
  listByChat(chatId: string, slice: Slice): Promise<ChatFile[]>;

  /**
   * Keeps the file. One of the chat that has the same name is replaced and lends it its id and its time.
   * @returns the file as it is kept now
   * @throws ChatNotFoundError
   */
  save(file: ChatFile): Promise<ChatFile>;

  /** @returns whether it was there */
  delete(fileId: string): Promise<boolean>;

  /** Drops every file of the chat. */
  deleteAll(chatId: string): Promise<void>;
}
