import { Injectable } from '@nestjs/common';
import type { OpenContent } from '../domain/content.js';

export interface OpenedHistory {
  /** To be disposed by the caller. */
  readonly content: OpenContent;
  /** The same for the same bytes; what goes between the quotes of an ETag. */
  readonly tag: string;
}

@Injectable()
export class GetHistory {
  /** @throws ChatNotFoundError, HistoryBusyError */
  execute(_chatId: string): Promise<OpenedHistory> {
    return Promise.reject(new Error('not built yet'));
  }
}
