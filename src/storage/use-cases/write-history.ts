import { Injectable } from '@nestjs/common';

export interface HistoryToWrite {
  readonly chatId: string;
  /** `append`: behind what is there, whatever others append at the same time. */
  readonly mode: 'replace' | 'append';
  /** How many bytes the source says that it has; null: it does not say. */
  readonly declaredBytes: number | null;
  /** The tags one of which the present history must have; `any`: any history will do; null: nothing is asked. */
  readonly expected: readonly string[] | 'any' | null;
  readonly source: AsyncIterable<Uint8Array>;
}

/** Replaces or extends a chat's history, whole and durably, or leaves it as it was. */
@Injectable()
export class WriteHistory {
  /**
   * The source is read only once all that can be said before has been. What it throws is thrown on.
   * @returns the tag of the new history
   * @throws ChatNotFoundError, HistoryChangedError, HistoryBusyError, InvalidEncodingError, PayloadTooLargeError,
   * WorkspaceQuotaExceededError, StorageFullError
   */
  execute(_history: HistoryToWrite): Promise<string> {
    return Promise.reject(new Error('not built yet'));
  }
}
