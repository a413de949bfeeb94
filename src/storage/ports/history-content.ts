import type { OpenContent } from '../domain/content.js';
import type { StagedContent } from './staging-area.js';

export const HISTORY_CONTENT = Symbol('HistoryContent');

/**
 * The histories of chats. Where the sandbox has put anything but a regular file of one link in its place, that is moved
 * aside, out of the sandbox's reach (the last such remnant of a chat is kept), and the history is begun anew.
 */
export interface HistoryContent {
  /**
   * Opens the history; makes an empty one where there is none.
   * @throws ChatNotFoundError when the chat has no directory: none is made, since the chat may just have been deleted;
   * HistoryBusyError when the sandbox keeps putting something else in its place; StorageFullError
   */
  open(chatId: string): Promise<OpenContent>;

  /** The digest of its bytes, in hexadecimal: what its ETag is made of. Over so many bytes, `facts.version` instead. */
  digest(content: OpenContent, limitBytes: number): Promise<string>;

  /**
   * Puts the sealed content in its place, atomically and durably.
   * @param expectedVersion `facts.version` of the history that it replaces
   * @returns false when the history is another one by now; nothing has changed then
   * @throws HistoryBusyError, StorageFullError
   */
  place(chatId: string, staged: StagedContent, expectedVersion: string): Promise<boolean>;
}
