import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { OpenContent } from '../domain/content.js';
import { HISTORY_CONTENT, type HistoryContent } from '../ports/history-content.js';
import { GetChat } from './get-chat.js';
import { OpenHistory } from './open-history.js';

export interface OpenedHistory {
  /** To be disposed by the caller. */
  readonly content: OpenContent;
  /** The same for the same bytes; what goes between the quotes of an ETag. */
  readonly tag: string;
}

@Injectable()
export class GetHistory {
  constructor(
    @Inject(HISTORY_CONTENT) private readonly history: HistoryContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly openHistory: OpenHistory,
    private readonly storage: StorageConfig,
  ) {}

  /** @throws ChatNotFoundError, HistoryBusyError, StorageFullError */
  execute(chatId: string): Promise<OpenedHistory> {
    return inUseCaseSpan(this.tracer, 'get_history', { 'chat.id': chatId }, async () => {
      await this.getChat.get(chatId);
      const content = await this.openHistory.execute(chatId);
      try {
        return { content, tag: await this.history.digest(content, this.storage.maxHistoryBytes) };
      } catch (error) {
        await content[Symbol.asyncDispose]();
        throw error;
      }
    });
  }
}
