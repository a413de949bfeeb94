export const WORKSPACE_USAGE_READER = Symbol('WorkspaceUsageReader');

export interface Measurement {
  /** Bytes by chat; a chat that has no directory has none. */
  readonly bytesByChat: ReadonlyMap<string, number>;
  /** False when the time was over or something could not be read: there may be more. */
  readonly isComplete: boolean;
}

/**
 * Measures what chats hold, by looking: every regular file in their directories, to any depth, and in what was moved
 * aside of them, each once whatever its links, by the lesser of its size and its allocated blocks. Never leaves the
 * directories, and ends within bounds of time and memory whatever they hold.
 */
export interface WorkspaceUsageReader {
  measure(chatIds: readonly string[], limitMs: number): Promise<Measurement>;
}
