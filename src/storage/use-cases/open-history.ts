import { Inject, Injectable } from '@nestjs/common';
import type { OpenContent } from '../domain/content.js';
import { ChatNotFoundError } from '../domain/errors.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { HISTORY_CONTENT, type HistoryContent } from '../ports/history-content.js';

/** Opens the history of a chat that was found a moment ago. */
@Injectable()
export class OpenHistory {
  constructor(
    @Inject(HISTORY_CONTENT) private readonly history: HistoryContent,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
  ) {}

  /**
   * Not to be called where the ledger or a repository holds the chat: it would wait for itself.
   * @throws ChatNotFoundError, HistoryBusyError, StorageFullError
   */
  async execute(chatId: string): Promise<OpenContent> {
    try {
      return await this.history.open(chatId);
    } catch (error) {
      if (!(error instanceof ChatNotFoundError)) throw error;
    }
    // Without a directory it is on its way out, and must not get another. Or somebody has removed its directory by hand.
    await this.chats.whileLive(chatId, () => this.content.ensureLayout(chatId));
    return this.history.open(chatId);
  }
}
