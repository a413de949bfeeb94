import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import type { Chat } from '../domain/chat.js';
import type { ChatFile } from '../domain/chat-file.js';
import { PayloadTooLargeError } from '../domain/errors.js';
import { STAGING_AREA, type StagedContent, type StagingArea } from '../ports/staging-area.js';
import { type ContentWrite, type Settlement, WRITE_LEDGER, type WriteLedger } from '../ports/write-ledger.js';
import { MeteredSource } from './metered-source.js';
import { Quota } from './quota.js';

export interface NewContent {
  readonly chat: Chat;
  readonly kind: ContentWrite['kind'];
  readonly name: string;
  readonly contentType: string | null;
  readonly source: AsyncIterable<Uint8Array>;
  readonly declaredBytes: number | null;
  readonly maxBytes: number;
  /** What it will free when it gets its name. */
  readonly creditBytes: number;
}

/** Content that was received whole and is not placed yet. */
export interface ReceivedContent {
  readonly write: ContentWrite;
  readonly staged: StagedContent;
  readonly bytes: number;
}

/** The way of all content that clients bring: reserved, recorded, staged, placed, settled. */
@Injectable()
export class ContentWriter {
  /** Writes under way whose reservation is not to be dropped any more: it is settled, or left to the sweep. */
  private readonly concluded = new Set<string>();

  constructor(
    @Inject(STAGING_AREA) private readonly staging: StagingArea,
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly quota: Quota,
  ) {}

  /**
   * Receives the content beside the chats and hands it on; whatever has not been placed when `use` ends is gone then,
   * with its reservation.
   */
  async receive<T>(content: NewContent, use: (received: ReceivedContent) => Promise<T>): Promise<T> {
    const { declaredBytes, maxBytes } = content;
    if (declaredBytes !== null && declaredBytes > maxBytes) throw new PayloadTooLargeError();
    await using staged = await this.staging.stage();
    const write = this.describe(content, staged);
    await this.quota.begin(content.chat, write);
    try {
      const source = new MeteredSource(content.source, this.quota, { ...content, ...write });
      await staged.write(source);
      return await use({ write, staged, bytes: source.bytes });
    } finally {
      await this.letGo(write);
    }
  }

  /**
   * Has the content placed and recorded. Once it is placed it stays, also when it could not be recorded: its intent is,
   * and the next sweep or start does the rest.
   * @returns the record, `unrecorded`, or `not-placed`: nothing has changed
   */
  async settle(
    chat: Chat,
    write: ContentWrite,
    settlement: Settlement,
  ): Promise<ChatFile | null | 'unrecorded' | 'not-placed'> {
    const outcome: { placing: 'not-begun' | 'under-way' | 'placed' | 'not-placed' } = {
      placing: 'not-begun',
    };
    const watched: Settlement = {
      look: () => settlement.look(),
      place: async () => {
        outcome.placing = 'under-way';
        const placed = await settlement.place();
        outcome.placing = placed === null ? 'not-placed' : 'placed';
        return placed;
      },
    };
    try {
      const settled = await this.quota.settle(chat, write.writeId, watched);
      if (settled !== 'not-placed') this.concluded.add(write.writeId);
      return settled;
    } catch (error) {
      // Broken off in the middle, the content may have its name or not: the sweep looks, so the intent stays.
      if (outcome.placing === 'under-way' || outcome.placing === 'placed') this.concluded.add(write.writeId);
      if (outcome.placing !== 'placed') throw error;
      this.logger.warn('content_not_recorded_yet', { chat_id: chat.chatId, err: error });
      return 'unrecorded';
    }
  }

  private describe(content: NewContent, { stagedName, identity }: StagedContent): ContentWrite {
    return {
      writeId: this.ids.nextId(),
      chatId: content.chat.chatId,
      kind: content.kind,
      stagedName,
      identity,
      name: content.name,
      contentType: content.contentType,
      fileId: this.ids.nextId(),
      startedAt: this.clock.now(),
      reservedBytes: Math.max(0, (content.declaredBytes ?? 0) - content.creditBytes),
    };
  }

  private async letGo({ writeId, chatId }: ContentWrite): Promise<void> {
    if (this.concluded.delete(writeId)) return;
    try {
      await this.ledger.abandon(writeId);
    } catch (error) {
      // The sweep finds it, since what it staged is gone.
      this.logger.warn('reservation_not_freed_yet', { chat_id: chatId, err: error });
    }
  }
}
