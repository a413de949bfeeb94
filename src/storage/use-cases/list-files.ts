import { Injectable } from '@nestjs/common';
import type { ChatFile } from '../domain/chat-file.js';
import type { Slice } from '../domain/slice.js';

export interface ListedFile {
  readonly file: ChatFile;
  /** False: it has just gone, or is no regular file now. It is not to be shown, but counts for the page. */
  readonly isPresent: boolean;
}

/** Shows the attachments that are on disk now, whoever wrote them. */
@Injectable()
export class ListFiles {
  /** @throws ChatNotFoundError */
  execute(_chatId: string, _slice: Slice): Promise<ListedFile[]> {
    return Promise.reject(new Error('not built yet'));
  }
}
