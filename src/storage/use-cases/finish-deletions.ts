import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { ChatHasActiveSandboxError } from '../domain/errors.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { SANDBOX_ACTIVITY, type SandboxActivity } from '../ports/sandbox-activity.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';
import { ChatRemoval } from './chat-removal.js';

/** Finishes the deletions that were cut off, by the end of their process or of the database. */
@Injectable()
export class FinishDeletions {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(SANDBOX_ACTIVITY) private readonly activity: SandboxActivity,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly removal: ChatRemoval,
  ) {}

  /** One that fails does not keep the rest from being tried. @throws Error when something is to be tried again */
  async execute(): Promise<void> {
    await this.content.findDiscarded();
    const failures: unknown[] = [];
    for (const chatId of await this.chats.listMarked()) {
      await this.finishChat(chatId).catch((error: unknown) => failures.push(error));
    }
    for (const workspaceId of await this.workspaces.listMarked())
      await this.workspaces.dropMarked(workspaceId);
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} deletions are not finished`);
  }

  private async finishChat(chatId: string): Promise<void> {
    try {
      await this.activity.whileInactive([chatId], () => this.removal.finish(chatId));
    } catch (error) {
      if (!(error instanceof ChatHasActiveSandboxError)) throw error;
      // It came up while the database could not be asked; the next deletion or sweep finds the chat again.
      this.logger.warn('chat_deletion_waits_for_sandbox', { chat_id: chatId });
    }
  }
}
