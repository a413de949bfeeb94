import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../kernel/domain-error.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { ChatRemoval } from './chat-removal.js';

/** For the sandbox feature: the directory that a chat's sandbox is to mount. */
@Injectable()
export class PrepareChatDirectory {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly removal: ChatRemoval,
  ) {}

  /**
   * To be run under the chat's life-cycle lock, before its container exists.
   * @returns its absolute path; of a chat that storage does not know, too
   */
  async execute(chatId: string): Promise<string> {
    return (await this.isKnown(chatId))
      ? this.content.ensureLayout(chatId)
      : this.content.ensureDirectory(chatId);
  }

  /** Sandboxes come up also while the database is away: known or not, the directory is the same. */
  private async isKnown(chatId: string): Promise<boolean> {
    try {
      // What an interrupted deletion has left is not for the next one to find.
      if (await this.chats.isMarked(chatId)) await this.removal.finish(chatId);
      return (await this.chats.find(chatId)) !== null;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.logger.warn('chat_unknown_to_sandbox', { chat_id: chatId, err: error });
      return false;
    }
  }
}
