import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';

/** The second half of every deletion, for chats that are marked: can be broken off anywhere and begun again. */
@Injectable()
export class ChatRemoval {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes the chat's content and its record away. To be run while the chat has no sandbox and gets none. */
  async finish(chatId: string): Promise<void> {
    await this.chats.dropMarked(chatId, async () => {
      await this.content.discard(chatId);
      this.logger.info('chat_deleted', { chat_id: chatId });
    });
  }
}
