import type { ContentFacts, OpenContent } from '../domain/content.js';

export const STAGING_AREA = Symbol('StagingArea');

/** New content on its way to its name: it lies beside the chats, out of reach of every sandbox. */
export interface StagedContent extends AsyncDisposable {
  /** The name by which it is found again; tells who has made it. */
  readonly stagedName: string;
  /** As `ContentFacts.identity`; it keeps it when it gets its name. */
  readonly identity: string;

  /**
   * Appends all of the chunks; each need be good only until the next is asked for. What the source throws is thrown on.
   * @throws StorageFullError
   */
  write(source: AsyncIterable<Uint8Array>): Promise<void>;

  /** Appends all that the other content holds now, in the kernel where it can. @throws StorageFullError */
  append(content: OpenContent): Promise<void>;

  /** The content as it was staged, for reading; ends when this is disposed. */
  readBack(): OpenContent;

  /**
   * Makes it durable, and writable for the sandbox (0666). Its version is another one once it has got its name.
   * @throws StorageFullError
   */
  seal(): Promise<ContentFacts>;

  /** Removes it unless it has got its name, and frees what it holds. Never throws. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where new content is written. Each process knows its own; what a dead one left is found by name. */
export interface StagingArea {
  /** @throws StorageFullError */
  stage(): Promise<StagedContent>;

  /** Whether whoever made it is gone or has let go of it: nobody will give it a name any more. */
  isAbandoned(stagedName: string): Promise<boolean>;

  /** All that is abandoned. */
  listAbandoned(): Promise<string[]>;

  /** Removes it, durably. Success when it is not there. */
  remove(stagedName: string): Promise<void>;
}
