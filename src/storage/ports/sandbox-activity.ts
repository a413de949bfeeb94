export const SANDBOX_ACTIVITY = Symbol('SandboxActivity');

/** Whether sandboxes use the content of chats. */
export interface SandboxActivity {
  /**
   * Runs the work while none of the chats has a sandbox and none comes up; what is left of expired ones is ended before.
   * @throws ChatHasActiveSandboxError; a DomainError of the kind `unavailable` when nothing can be said for sure. The
   * work has not begun then
   */
  whileInactive<T>(chatIds: readonly string[], work: () => Promise<T>): Promise<T>;
}
