import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { ChatNotFoundError } from '../domain/errors.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { STAGING_AREA, type StagingArea } from '../ports/staging-area.js';
import { type ContentWrite, type Settlement, WRITE_LEDGER, type WriteLedger } from '../ports/write-ledger.js';

/** Finishes or undoes what writes left that were cut off, by the end of their process or of the database. */
@Injectable()
export class RecoverWrites {
  constructor(
    @Inject(STAGING_AREA) private readonly staging: StagingArea,
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async execute(): Promise<void> {
    const abandoned = await this.staging.listAbandoned();
    for (const write of await this.ledger.list()) {
      if (await this.staging.isAbandoned(write.stagedName)) await this.recover(write);
    }
    for (const stagedName of abandoned) await this.staging.remove(stagedName);
  }

  private async recover(write: ContentWrite): Promise<void> {
    // First: a file that was cut off while it had both names has one link after this, and counts as placed.
    await this.staging.remove(write.stagedName);
    const isFinished = await this.finish(write);
    if (!isFinished || write.kind === 'history') await this.ledger.abandon(write.writeId);
    this.logger.info('write_recovered', {
      chat_id: write.chatId,
      result: isFinished ? 'finished' : 'undone',
    });
  }

  /** @returns whether the content had got its name; where it is a file's, its record says so now */
  private async finish({ writeId, chatId, kind, name, identity }: ContentWrite): Promise<boolean> {
    const facts = await this.content.find(chatId, name);
    if (facts?.identity !== identity) return false;
    if (kind === 'history') return true;
    const { sizeBytes, chargedBytes } = facts;
    try {
      // It is there, so no quota keeps it out; should it have replaced a file, the next measurement sets that right.
      const settlement: Settlement = {
        look: () => Promise.resolve({ addedBytes: chargedBytes, replaced: null }),
        place: () => Promise.resolve({ sizeBytes, isReplacement: true }),
      };
      await this.ledger.settle(writeId, Infinity, settlement, 'counted');
    } catch (error) {
      // Its chat, or the write itself, has come to its end meanwhile.
      if (!(error instanceof ChatNotFoundError)) throw error;
    }
    return true;
  }
}
