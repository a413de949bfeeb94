import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Chat } from '../domain/chat.js';
import { ChatNotFoundError } from '../domain/errors.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';

@Injectable()
export class GetChat {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  /** @throws ChatNotFoundError */
  execute(chatId: string): Promise<Chat> {
    return inUseCaseSpan(this.tracer, 'get_chat', { 'chat.id': chatId }, () => this.get(chatId));
  }

  /** The same, as a step of another use case: without a span. */
  async get(chatId: string): Promise<Chat> {
    const chat = await this.chats.find(chatId);
    if (chat === null) throw new ChatNotFoundError();
    return chat;
  }
}
