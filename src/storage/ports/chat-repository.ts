import type { Chat } from '../domain/chat.js';
import type { Slice } from '../domain/slice.js';

export const CHAT_REPOSITORY = Symbol('ChatRepository');

/** What came of adding a chat; `existing` is the one that has the id already. */
export type ChatAddition =
  | { readonly result: 'added' }
  | { readonly result: 'exists'; readonly existing: Chat }
  | { readonly result: 'marked' }
  | { readonly result: 'no-workspace' };

/**
 * The chats. A marked one is on its way out: no method but those about marks knows it any more, and the mark outlives
 * the process, so that what was begun is finished.
 */
export interface ChatRepository {
  find(chatId: string): Promise<Chat | null>;

  /** Oldest first, ties by id. */
  listByWorkspace(workspaceId: string, slice: Slice): Promise<Chat[]>;

  /** The ids of all chats of the workspace, marked ones too. */
  listIds(workspaceId: string): Promise<string[]>;

  /** Keeps the chat if its id is free and its workspace is there; both hold until it is kept. */
  add(chat: Chat): Promise<ChatAddition>;

  /**
   * Runs work while the chat is there and cannot be marked or dropped, by other processes included. The work asks neither
   * a repository nor the ledger: it would wait for itself.
   * @throws ChatNotFoundError when it is not there or marked; the work has not begun then
   */
  whileLive<T>(chatId: string, work: () => Promise<T>): Promise<T>;

  /** Marks the chat. @returns whether there was such a chat, marked or not */
  mark(chatId: string, at: Date): Promise<boolean>;

  isMarked(chatId: string): Promise<boolean>;

  /** The ids of all marked ones. */
  listMarked(): Promise<string[]>;

  /**
   * Drops the chat and its files' records if it is marked; else does nothing.
   * @param discard runs before, while nobody else can drop or add the chat, other processes included; when it fails the
   * chat stays marked
   */
  dropMarked(chatId: string, discard: () => Promise<void>): Promise<void>;
}
