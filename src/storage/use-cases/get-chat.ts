import { Inject, Injectable } from '@nestjs/common';
import type { Chat } from '../domain/chat.js';
import { ChatNotFoundError } from '../domain/errors.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';

@Injectable()
export class GetChat {
  constructor(@Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository) {}

  /** @throws ChatNotFoundError */
  async execute(chatId: string): Promise<Chat> {
    const chat = await this.chats.find(chatId);
    if (chat === null) throw new ChatNotFoundError();
    return chat;
  }
}
