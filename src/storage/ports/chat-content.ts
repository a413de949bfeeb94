export const CHAT_CONTENT = Symbol('ChatContent');

/**
 * The directories of the chats' content, which sandboxes mount and write to. What lies in them is hostile. Every method
 * fails with StorageFullError where the disk is full.
 */
export interface ChatContent {
  /**
   * Makes the chat's directory, writable for any user inside a container, when it is missing.
   * @returns its absolute path
   */
  ensureDirectory(chatId: string): Promise<string>;

  /**
   * The same, with an empty history where nothing bears that name; what is there already stays as it is. Durable.
   * @returns the directory's absolute path
   */
  ensureLayout(chatId: string): Promise<string>;

  /** Takes the chat's directory away, as a whole and durably, to be removed later. Success when it is not there. */
  discard(chatId: string): Promise<void>;

  /** Removes what was discarded, also by an earlier process that did not come to it. */
  findDiscarded(): Promise<void>;

  /** Waits until what was discarded is removed, or the time is over; then it goes on in the background. */
  whenRemoved(limitMs: number): Promise<void>;
}
