import { Injectable } from '@nestjs/common';

@Injectable()
export class DeleteFile {
  /** @throws ChatNotFoundError, ChatFileNotFoundError */
  execute(_chatId: string, _fileId: string): Promise<void> {
    return Promise.reject(new Error('not built yet'));
  }
}
