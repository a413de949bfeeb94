import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import type { OpenContent } from '../domain/content.js';
import { HistoryChangedError, PayloadTooLargeError } from '../domain/errors.js';
import { HISTORY_CONTENT, type HistoryContent } from '../ports/history-content.js';
import { STAGING_AREA, type StagedContent, type StagingArea } from '../ports/staging-area.js';
import type { ReceivedContent } from './content-writer.js';

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
  /** What it adds to the workspace once it has its name; negative when it frees. */
  readonly addedBytes: number;
  /** Gives it its name. @returns false when the history that it was made of is not there any more */
  place(): Promise<boolean>;
}

/** Makes new histories of present ones. It asks no database, so that it may be done under a lock there. */
@Injectable()
export class HistoryRewriter {
  constructor(
    @Inject(HISTORY_CONTENT) private readonly history: HistoryContent,
    @Inject(STAGING_AREA) private readonly staging: StagingArea,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * Looks at the present history before anything of the new one is there.
   * @returns the bytes that the new one makes free
   * @throws HistoryChangedError, HistoryBusyError, StorageFullError
   */
  async look({ chatId, mode, expected }: HistoryChange): Promise<number> {
    await using current = await this.history.open(chatId);
    await this.assertExpected(current, expected);
    return mode === 'replace' ? current.facts.chargedBytes : 0;
  }

  /**
   * Makes the new history of the present one, durable and beside it.
   * @throws HistoryChangedError, HistoryBusyError, PayloadTooLargeError, StorageFullError
   */
  async rewrite(
    { chatId, mode, expected }: HistoryChange,
    received: ReceivedContent,
  ): Promise<RewrittenHistory> {
    await using current = await this.history.open(chatId);
    await this.assertExpected(current, expected);
    if (mode === 'replace') return this.finish(chatId, current, received.staged, nothing);
    const whole = await this.staging.stage();
    const dispose = (): PromiseLike<void> => whole[Symbol.asyncDispose]();
    try {
      await this.extend(whole, current, received);
      return await this.finish(chatId, current, whole, dispose);
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
    { facts: { chargedBytes: presentBytes, version } }: OpenContent,
    staged: StagedContent,
    dispose: () => PromiseLike<void>,
  ): Promise<RewrittenHistory> {
    const { sizeBytes, chargedBytes } = await staged.seal();
    if (sizeBytes > this.maxBytes) throw new PayloadTooLargeError();
    return {
      tag: await this.history.digest(staged.readBack(), this.maxBytes),
      sizeBytes,
      addedBytes: chargedBytes - presentBytes,
      place: () => this.history.place(chatId, staged, version),
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
