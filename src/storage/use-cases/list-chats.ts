import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Chat } from '../domain/chat.js';
import type { Slice } from '../domain/slice.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { GetWorkspace } from './get-workspace.js';

@Injectable()
export class ListChats {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getWorkspace: GetWorkspace,
  ) {}

  /** @throws WorkspaceNotFoundError */
  execute(workspaceId: string, slice: Slice): Promise<Chat[]> {
    return inUseCaseSpan(this.tracer, 'list_chats', { 'workspace.id': workspaceId }, async () => {
      await this.getWorkspace.get(workspaceId);
      return this.chats.listByWorkspace(workspaceId, slice);
    });
  }
}
