import { Inject, Injectable } from '@nestjs/common';
import type { Chat } from '../domain/chat.js';
import type { Slice } from '../domain/slice.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { GetWorkspace } from './get-workspace.js';

@Injectable()
export class ListChats {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    private readonly getWorkspace: GetWorkspace,
  ) {}

  /** @throws WorkspaceNotFoundError */
  async execute(workspaceId: string, slice: Slice): Promise<Chat[]> {
    await this.getWorkspace.execute(workspaceId);
    return this.chats.listByWorkspace(workspaceId, slice);
  }
}
