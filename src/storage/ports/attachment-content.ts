import type { ContentFacts, OpenContent } from '../domain/content.js';
import type { StagedContent } from './staging-area.js';

export const ATTACHMENT_CONTENT = Symbol('AttachmentContent');

/** `new`: only where nothing at all bears the name; `replace`: whatever bears it makes way. */
export type PlacementMode = 'new' | 'replace';

/** What bore the name before: a regular file of one link, or `obstacle`: anything else. */
export type Replaced = 'nothing' | 'obstacle' | 'file';

export type Placement =
  | { readonly result: 'placed'; readonly replaced: Replaced }
  /** Something bears the name, or kept taking it back; nothing has changed. */
  | { readonly result: 'taken' };

export interface DirectoryEntries {
  /** Names that attachments may have, of what looks like a regular file; at most as many as was asked for. */
  readonly files: readonly string[];
  /** Such names of anything else; at most as many. */
  readonly others: readonly string[];
  /** Whether there are no more such names. */
  readonly isComplete: boolean;
}

/**
 * The attachments of chats: regular files of one link at the top of the chat's directory, which the sandbox shares. What
 * is anything else is as good as not there. Nothing outside the directory is ever read, written or removed, whatever the
 * sandbox does meanwhile, and nothing blocks. Names must have passed `assertAttachmentName`. A chat whose directory is
 * missing has no attachments.
 */
export interface AttachmentContent {
  open(chatId: string, name: string): Promise<OpenContent | null>;

  find(chatId: string, name: string): Promise<ContentFacts | null>;

  /** Since the sandbox may have made millions of entries, what is looked at is bounded in number and time. */
  listEntries(chatId: string, limit: number): Promise<DirectoryEntries>;

  /** Differs whenever entries of the directory came, went or changed names, as far as the file system's clock can tell. */
  directoryVersion(chatId: string): Promise<string>;

  /** Gives the sealed content its name, atomically and durably. @throws StorageFullError */
  place(chatId: string, name: string, staged: StagedContent, mode: PlacementMode): Promise<Placement>;

  /** Removes the file, durably. @returns whether there was one */
  remove(chatId: string, name: string): Promise<boolean>;

  /**
   * Removes everything in the chat's directory but the history; what takes long goes on in the background.
   * @returns false when not all that was there could be removed, since the sandbox's user keeps the service from it, or
   * puts new things there all the time
   */
  clear(chatId: string): Promise<boolean>;
}
