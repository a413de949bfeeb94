import { Inject, Injectable } from '@nestjs/common';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { FileInventory } from './file-inventory.js';
import { GetChat } from './get-chat.js';

/** Empties a chat's directory but for its history. */
@Injectable()
export class ClearFiles {
  constructor(
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly inventory: FileInventory,
  ) {}

  /** @throws ChatNotFoundError */
  execute(chatId: string): Promise<void> {
    return this.tracer.span('usecase.clear_files', { 'chat.id': chatId }, async () => {
      await this.getChat.execute(chatId);
      await this.content.clear(chatId);
      await this.inventory.update(chatId);
    });
  }
}
