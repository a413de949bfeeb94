import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import type { Chat } from '../domain/chat.js';
import type { ChatFile } from '../domain/chat-file.js';
import { WorkspaceQuotaExceededError } from '../domain/errors.js';
import type { Credit } from '../domain/quota.js';
import { type ContentWrite, type Settlement, WRITE_LEDGER, type WriteLedger } from '../ports/write-ledger.js';
import { ContentEvents } from './content-events.js';
import { WorkspaceMeter } from './workspace-meter.js';

/**
 * The ledger, with a second look before anything is refused: what it knows may be too much, since nobody tells it what
 * a sandbox or a deletion has freed.
 */
@Injectable()
export class Quota {
  constructor(
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    private readonly events: ContentEvents,
    private readonly meter: WorkspaceMeter,
    private readonly storage: StorageConfig,
  ) {}

  /** As `WriteLedger.begin`. */
  begin(chat: Chat, write: ContentWrite): Promise<void> {
    return this.checked(chat, write.reservedBytes, () => this.ledger.begin(write, this.quotaBytes));
  }

  /** As `WriteLedger.reserve`. @returns whether they fit, by what is known */
  async tryReserve(writeId: string, totalBytes: number): Promise<boolean> {
    try {
      await this.ledger.reserve(writeId, totalBytes, this.quotaBytes);
      return true;
    } catch (error) {
      if (error instanceof WorkspaceQuotaExceededError) return false;
      throw error;
    }
  }

  /** As `WriteLedger.reserve`. */
  reserve(chat: Chat, writeId: string, totalBytes: number): Promise<void> {
    return this.checked(chat, totalBytes, () => this.ledger.reserve(writeId, totalBytes, this.quotaBytes));
  }

  /** As `WriteLedger.settle`. */
  settle(chat: Chat, writeId: string, settlement: Settlement): Promise<ChatFile | null | 'not-placed'> {
    return this.checked(chat, 0, (credit) =>
      this.ledger.settle(writeId, this.quotaBytes, settlement, credit),
    );
  }

  private get quotaBytes(): number {
    return this.storage.workspaceQuotaBytes;
  }

  /** Once it is measured, all that is there is counted, and may be taken off when it is replaced. */
  private async checked<T>(chat: Chat, bytes: number, work: (credit: Credit) => Promise<T>): Promise<T> {
    try {
      return await work('counted');
    } catch (error) {
      if (!(error instanceof WorkspaceQuotaExceededError)) throw error;
      if (bytes > this.quotaBytes) throw this.refusal(chat, error);
    }
    const { isComplete } = await this.meter.measure(chat.workspaceId);
    try {
      return await work(isComplete ? 'present' : 'counted');
    } catch (error) {
      throw error instanceof WorkspaceQuotaExceededError ? this.refusal(chat, error) : error;
    }
  }

  private refusal(chat: Chat, error: WorkspaceQuotaExceededError): WorkspaceQuotaExceededError {
    this.events.quotaRejected(chat);
    return error;
  }
}
