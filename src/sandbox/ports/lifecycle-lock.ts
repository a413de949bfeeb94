export const LIFECYCLE_LOCK = Symbol('LifecycleLock');

/** The chat's turn did not come within the time allowed. */
export class LockTimeoutError extends Error {}

/** Serialises the operations on one chat, in the order of their arrival; different chats do not wait for each other. */
export interface LifecycleLock {
  /**
   * Runs the work alone among all work on this chat. The order of arrival is that of the calls.
   * @throws LockTimeoutError when the turn has not come after `waitMs`; the work has not begun then and never will
   */
  runExclusive<T>(chatId: string, waitMs: number, work: () => Promise<T>): Promise<T>;

  /** Whether work on this chat runs or waits in this process. */
  isBusy(chatId: string): boolean;

  /** Resolves once no work runs or waits in this process. */
  whenIdle(): Promise<void>;
}
