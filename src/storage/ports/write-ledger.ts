import type { ChatFile } from '../domain/chat-file.js';
import type { ContentFacts } from '../domain/content.js';
import type { Credit } from '../domain/quota.js';

export const WRITE_LEDGER = Symbol('WriteLedger');

/**
 * One write under way: what it may take of the quota, and, for a file, what is to become of it, so that a process that
 * dies between giving the content its name and recording it leaves no doubt.
 */
export interface ContentWrite {
  readonly writeId: string;
  readonly chatId: string;
  readonly kind: 'file' | 'history';
  /** `StagedContent.stagedName` and `.identity`. */
  readonly stagedName: string;
  readonly identity: string;
  /** The name that it is to get. */
  readonly name: string;
  readonly contentType: string | null;
  /** The id of the file if it is a new one. */
  readonly fileId: string;
  readonly startedAt: Date;
  readonly reservedBytes: number;
}

export interface WorkspaceAccount {
  /** What was measured last, and what was written since; without reservations. */
  readonly usedBytes: number;
  /** What all writes under way have reserved. */
  readonly reservedBytes: number;
  /** Grows by what every settled write has added, and never shrinks. */
  readonly writtenBytes: number;
}

/** What a write changes in its workspace. */
export interface Replacement {
  /** Bytes that the content counts for; of a history that is extended, those by which it grows. */
  readonly addedBytes: number;
  /** What makes way for it; null: nothing, or it is a part of the content. */
  readonly replaced: Pick<ContentFacts, 'chargedBytes' | 'identity'> | null;
}

/**
 * What gives the content its name, under the ledger's lock on the workspace. It asks neither the ledger nor a repository:
 * it would wait for itself.
 */
export interface Settlement {
  /** Looks what it will change; asked once, before `place`. */
  look(): Promise<Replacement>;
  /**
   * Gives the content its name.
   * @returns `null`: not to be recorded; nothing has changed. Else what the file's record is to say: its size, and
   * whether anything bore the name before: a record of that name then lends it its id and its time
   */
  place(): Promise<{ readonly sizeBytes: number; readonly isReplacement: boolean } | null>;
}

/**
 * Guards the quota of workspaces and remembers the writes under way, through the database, so that all processes agree:
 * `used + reserved` never passes the quota by anything that goes through here, and no name is given to one content while
 * it is taken from another.
 */
export interface WriteLedger {
  /**
   * Records the write and reserves its bytes.
   * @throws ChatNotFoundError; WorkspaceQuotaExceededError when they do not fit: nothing is recorded then
   */
  begin(write: ContentWrite, quotaBytes: number): Promise<void>;

  /** Raises the reservation. @throws WorkspaceQuotaExceededError when that does not fit: it stays as it was then */
  reserve(writeId: string, totalBytes: number, quotaBytes: number): Promise<void>;

  /**
   * Ends the write. Alone among all that settle or begin in the workspace, in all processes, and while its chat cannot be
   * deleted: checks what it adds against the quota in place of its reservation, has the content placed, then records the
   * file (kind `file`), counts what was added and drops the write. Fails as a whole; a content that was placed stays
   * placed then, and the write stays, to be settled later. A file whose own write has been placed and not settled yet
   * lends its id and its time to what replaces it.
   * @param credit how much of what is replaced is taken off
   * @returns the file as it is recorded now (for a history, null), or `not-placed`: the write is as it was
   * @throws ChatNotFoundError, WorkspaceQuotaExceededError: `place` was not called
   */
  settle(
    writeId: string,
    quotaBytes: number,
    settlement: Settlement,
    credit: Credit,
  ): Promise<ChatFile | null | 'not-placed'>;

  /**
   * Ends a file. Alone as `settle` is: has its content removed, then drops its record. Fails as a whole; a content that was
   * removed stays so then, and its record is one of a file that has gone.
   * @param remove removes what bears the name, and says whether there was anything to remove. It asks neither the ledger
   * nor a repository
   * @returns false when the chat has no record of the file any more (`remove` was not called), or nothing was removed:
   * nothing has changed then
   * @throws ChatNotFoundError
   */
  removeFile(chatId: string, fileId: string, remove: (name: string) => Promise<boolean>): Promise<boolean>;

  /** Drops the write with its reservation. Success when it is not there. */
  abandon(writeId: string): Promise<void>;

  /** All writes under way, of all processes; those of deleted chats are gone. */
  list(): Promise<ContentWrite[]>;

  /** @throws WorkspaceNotFoundError */
  account(workspaceId: string): Promise<WorkspaceAccount>;

  /**
   * Corrects `used` by what was measured.
   * @param writtenBytes of the account as it was when the measuring began: what was written since is added
   */
  correct(workspaceId: string, measuredBytes: number, writtenBytes: number): Promise<void>;
}
