import { Injectable } from '@nestjs/common';
import { PrepareChatDirectory } from '../../../storage/use-cases/prepare-chat-directory.js';
import { ChatDirectoryError, type ChatDirectories } from '../../ports/chat-directories.js';

/** The directories as the storage feature keeps them. */
@Injectable()
export class StoredChatDirectories implements ChatDirectories {
  constructor(private readonly prepareChatDirectory: PrepareChatDirectory) {}

  async ensure(chatId: string): Promise<string> {
    try {
      return await this.prepareChatDirectory.execute(chatId);
    } catch (error) {
      throw new ChatDirectoryError(`the directory of chat ${chatId} cannot be made`, { cause: error });
    }
  }
}
