import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ChatNotFoundError } from '../domain/errors.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { SANDBOX_ACTIVITY, type SandboxActivity } from '../ports/sandbox-activity.js';
import { ChatRemoval } from './chat-removal.js';

/** A client waits no longer than this for the disk to be rid of a million files: they are out of reach already. */
export const REMOVAL_WAIT_MS = 3000;

/** Takes a chat away with all that it holds, unless it has a sandbox. */
@Injectable()
export class DeleteChat {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(SANDBOX_ACTIVITY) private readonly activity: SandboxActivity,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly removal: ChatRemoval,
  ) {}

  /** @throws ChatNotFoundError, ChatHasActiveSandboxError */
  execute(chatId: string): Promise<void> {
    return inUseCaseSpan(this.tracer, 'delete_chat', { 'chat.id': chatId }, () => this.delete(chatId));
  }

  private async delete(chatId: string): Promise<void> {
    // One on its way out is there, since a deletion that was cut off is to be finished by asking again.
    const isPresent = (await this.chats.find(chatId)) !== null || (await this.chats.isMarked(chatId));
    if (!isPresent) throw new ChatNotFoundError();
    await this.activity.whileInactive([chatId], async () => {
      // From here on the deletion is a fact, which outlives this process; whoever asks next finishes it.
      if (!(await this.chats.mark(chatId, this.clock.now()))) throw new ChatNotFoundError();
      await this.removal.finish(chatId);
    });
    await this.content.whenRemoved(REMOVAL_WAIT_MS);
  }
}
