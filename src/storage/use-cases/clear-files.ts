import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { ContentEvents } from './content-events.js';
import { FileInventory } from './file-inventory.js';
import { GetChat } from './get-chat.js';
import { unlessFull } from './unless-full.js';

/** Empties a chat's directory but for its history. */
@Injectable()
export class ClearFiles {
  constructor(
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly inventory: FileInventory,
    private readonly events: ContentEvents,
  ) {}

  /** What cannot be removed stays, and is told to the log. @throws ChatNotFoundError */
  execute(chatId: string): Promise<void> {
    return inUseCaseSpan(this.tracer, 'clear_files', { 'chat.id': chatId }, async (span) => {
      await this.getChat.get(chatId);
      const isEmpty = await this.content.clear(chatId);
      if (!isEmpty) this.events.filesNotCleared(chatId);
      const error = await unlessFull(this.inventory.update(chatId));
      if (error !== null) span.fail(error);
      this.events.filesCleared(chatId);
    });
  }
}
