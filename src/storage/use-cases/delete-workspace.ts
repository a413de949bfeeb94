import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { WorkspaceBusyError, WorkspaceNotFoundError } from '../domain/errors.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { SANDBOX_ACTIVITY, type SandboxActivity } from '../ports/sandbox-activity.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';
import { ChatRemoval } from './chat-removal.js';
import { REMOVAL_WAIT_MS } from './delete-chat.js';

/** How often it begins anew because chats were added meanwhile. */
const MAX_TRIES = 10;

/** Takes a workspace away with all of its chats, or, while one of them has a sandbox, nothing of it. */
@Injectable()
export class DeleteWorkspace {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(SANDBOX_ACTIVITY) private readonly activity: SandboxActivity,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly removal: ChatRemoval,
  ) {}

  /** @throws WorkspaceNotFoundError, ChatHasActiveSandboxError, WorkspaceBusyError */
  execute(workspaceId: string): Promise<void> {
    const attributes = { 'workspace.id': workspaceId };
    return inUseCaseSpan(this.tracer, 'delete_workspace', attributes, () => this.delete(workspaceId));
  }

  private async delete(workspaceId: string): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await this.assertPresent(workspaceId);
      const chatIds = await this.chats.listIds(workspaceId);
      if (await this.activity.whileInactive(chatIds, () => this.remove(workspaceId, chatIds))) {
        await this.content.whenRemoved(REMOVAL_WAIT_MS);
        return;
      }
    }
    throw new WorkspaceBusyError();
  }

  /** One on its way out is there, since a deletion that was cut off is to be finished by asking again. */
  private async assertPresent(workspaceId: string): Promise<void> {
    const isPresent =
      (await this.workspaces.find(workspaceId)) !== null || (await this.workspaces.isMarked(workspaceId));
    if (!isPresent) throw new WorkspaceNotFoundError();
  }

  /** @returns false when the workspace has other chats by now */
  private async remove(workspaceId: string, chatIds: readonly string[]): Promise<boolean> {
    // Whoever deleted it while this one waited has told so to its own caller.
    await this.assertPresent(workspaceId);
    if (!(await this.workspaces.mark(workspaceId, chatIds, this.clock.now()))) return false;
    for (const chatId of chatIds) await this.removal.finish(chatId);
    await this.workspaces.dropMarked(workspaceId);
    this.logger.info('workspace_deleted', { workspace_id: workspaceId, chats: chatIds.length });
    return true;
  }
}
