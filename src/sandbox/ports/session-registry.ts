import type { Sandbox } from '../domain/sandbox.js';

export const SESSION_REGISTRY = Symbol('SessionRegistry');

/** Our records: at most one sandbox a chat. A cache of what the engine's containers claim. */
export interface SessionRegistry {
  find(chatId: string): Promise<Sandbox | null>;

  /** The sandboxes, expired ones too, that have exactly this canonical volume. */
  listByVolume(volumeHostPath: string): Promise<Sandbox[]>;

  /** All of them, in no particular order. */
  list(): Promise<Sandbox[]>;

  /** Keeps the sandbox, in place of any other of its chat. */
  save(sandbox: Sandbox): Promise<void>;

  /** Drops the chat's sandbox if it is still this session; else does nothing. */
  forget(chatId: string, sessionId: string): Promise<void>;

  /** Notes that the chat's sandbox was to be deleted and could not be; the sweep tries again. */
  requestDeletion(chatId: string, at: Date): Promise<void>;

  /** Takes such a note back; does nothing without one. */
  withdrawDeletion(chatId: string): Promise<void>;

  /** Every such note, by chat. */
  listDeletions(): Promise<ReadonlyMap<string, Date>>;
}
