import { Injectable } from '@nestjs/common';
import type { ChatFile } from '../domain/chat-file.js';
import type { OpenContent } from '../domain/content.js';

export interface OpenedFile {
  readonly file: ChatFile;
  /** To be disposed by the caller. */
  readonly content: OpenContent;
}

/** One attachment as it is on disk now. */
@Injectable()
export class GetFile {
  /** @throws ChatNotFoundError, ChatFileNotFoundError */
  execute(_chatId: string, _fileId: string): Promise<ChatFile> {
    return Promise.reject(new Error('not built yet'));
  }

  /** The same, with its bytes. */
  open(_chatId: string, _fileId: string): Promise<OpenedFile> {
    return Promise.reject(new Error('not built yet'));
  }
}
