import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import type { ContentFacts, OpenContent } from '../domain/content.js';
import { HistoryChangedError, PayloadTooLargeError } from '../domain/errors.js';
import { HISTORY_CONTENT, type HistoryContent } from '../ports/history-content.js';
import { STAGING_AREA, type StagedContent, type StagingArea } from '../ports/staging-area.js';
import type { Replacement } from '../ports/write-ledger.js';
import type { ReceivedContent } from './content-writer.js';
import { OpenHistory } from './open-history.js';

/** What is to become of a history. */
export interface HistoryChange {
  readonly chatId: string;
  /** `append`: behind what is there, whatever others append at the same time. */
  readonly mode: 'replace' | 'append';
  /** The tags one of which the present history must have; `any`: any history will do; null: nothing is asked. */
  readonly expected: readonly string[] | 'any' | null;
}

/** A new history that is on disk and has no name yet; to be disposed by the caller. */
export interface RewrittenHistory extends AsyncDisposable {
  /** What goes between the quotes of its ETag. */
  readonly tag: string;
  readonly sizeBytes: number;
  /** What it changes in the workspace once it has its name. */
  readonly replacement: Replacement;
  /** Gives it its name. @returns false when the history that it was made of is not there any more */
  place(): Promise<boolean>;
}

/** Makes new histories of present ones. `rewrite` asks no database, so that it may be done under a lock there. */
@Injectable()
export class HistoryRewriter {
  constructor(
    @Inject(HISTORY_CONTENT) private readonly history: HistoryContent,
    @Inject(STAGING_AREA) private readonly staging: StagingArea,
    private readonly openHistory: OpenHistory,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * Looks at the present history before anything of the new one is there. Not to be called under a lock in the database.
   * @returns the bytes that the new one makes free
   * @throws ChatNotFoundError, HistoryChangedError, HistoryBusyError, StorageFullError
   */
  async look({ chatId, mode, expected }: HistoryChange): Promise<number> {
    await using current = await this.openHistory.execute(chatId);
    await this.assertExpected(current, expected);
    return mode === 'replace' ? current.facts.chargedBytes : 0;
  }

  /**
   * Makes the new history of the present one, durable and beside it.
   * @throws ChatNotFoundError, HistoryChangedError, HistoryBusyError, PayloadTooLargeError, StorageFullError
   */
  async rewrite(
    { chatId, mode, expected }: HistoryChange,
    received: ReceivedContent,
  ): Promise<RewrittenHistory> {
    await using current = await this.history.open(chatId);
    await this.assertExpected(current, expected);
    const { facts } = current;
    if (mode === 'replace') return await this.finish(chatId, facts, received.staged, nothing);
    const whole = await this.staging.stage();
    const dispose = (): PromiseLike<void> => whole[Symbol.asyncDispose]();
    try {
      await this.extend(whole, current, received);
      const made = await this.finish(chatId, facts, whole, dispose);
      // What was there is in it, whoever wrote it: nothing is freed.
      const addedBytes = made.replacement.addedBytes - facts.chargedBytes;
      return { ...made, replacement: { addedBytes, replaced: null } };
    } catch (error) {
      await dispose();
      throw error;
    }
  }

  private async extend(whole: StagedContent, current: OpenContent, addition: ReceivedContent): Promise<void> {
    // Before a byte is copied: the sandbox may have made it a sparse file as long as it liked.
    if (current.facts.sizeBytes + addition.bytes > this.maxBytes) throw new PayloadTooLargeError();
    await whole.append(current);
    await using added = addition.staged.readBack();
    await whole.append(added);
  }

  private async finish(
    chatId: string,
    replaced: ContentFacts,
    staged: StagedContent,
    dispose: () => PromiseLike<void>,
  ): Promise<RewrittenHistory> {
    const { sizeBytes, chargedBytes } = await staged.seal();
    if (sizeBytes > this.maxBytes) throw new PayloadTooLargeError();
    return {
      tag: await this.history.digest(staged.readBack(), this.maxBytes),
      sizeBytes,
      replacement: { addedBytes: chargedBytes, replaced },
      place: () => this.history.place(chatId, staged, replaced.version),
      [Symbol.asyncDispose]: dispose,
    };
  }

  private async assertExpected(current: OpenContent, expected: HistoryChange['expected']): Promise<void> {
    if (expected === null || expected === 'any') return;
    if (!expected.includes(await this.history.digest(current, this.maxBytes)))
      throw new HistoryChangedError();
  }

  private get maxBytes(): number {
    return this.storage.maxHistoryBytes;
  }
}

/** What was received is its receiver's to dispose. */
const nothing = (): Promise<void> => Promise.resolve();
