import { Injectable } from '@nestjs/common';

/** Empties a chat's directory but for its history. */
@Injectable()
export class ClearFiles {
  /** @throws ChatNotFoundError */
  execute(_chatId: string): Promise<void> {
    return Promise.reject(new Error('not built yet'));
  }
}
