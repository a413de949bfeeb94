export const CHAT_DIRECTORIES = Symbol('ChatDirectories');

/** The chat's directory could not be made; the message is for the operator. */
export class ChatDirectoryError extends Error {}

/** Where a chat's content lies, for the sandbox to mount. */
export interface ChatDirectories {
  /**
   * Makes the chat's directory, writable for any user inside the container, when it is missing.
   * @returns its absolute path, the same here and on the engine's host
   * @throws ChatDirectoryError
   */
  ensure(chatId: string): Promise<string>;
}
