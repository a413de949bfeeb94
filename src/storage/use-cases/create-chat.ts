import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Chat } from '../domain/chat.js';
import {
  ChatConflictError,
  ChatNotFoundError,
  WorkspaceBusyError,
  WorkspaceNotFoundError,
} from '../domain/errors.js';
import { CHAT_CONTENT, type ChatContent } from '../ports/chat-content.js';
import { CHAT_REPOSITORY, type ChatAddition, type ChatRepository } from '../ports/chat-repository.js';
import { SANDBOX_ACTIVITY, type SandboxActivity } from '../ports/sandbox-activity.js';
import { ChatRemoval } from './chat-removal.js';
import { GetWorkspace } from './get-workspace.js';

/** How often an id is met that is on its way out. */
const MAX_TRIES = 5;

export interface CreatedChat {
  readonly chat: Chat;
  readonly isNew: boolean;
}

/** Gets or creates a chat of a workspace. */
@Injectable()
export class CreateChat {
  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(CHAT_CONTENT) private readonly content: ChatContent,
    @Inject(SANDBOX_ACTIVITY) private readonly activity: SandboxActivity,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getWorkspace: GetWorkspace,
    private readonly removal: ChatRemoval,
  ) {}

  /**
   * @param chatId null: a new one
   * @throws WorkspaceNotFoundError, ChatConflictError, StorageFullError
   */
  execute(workspaceId: string, chatId: string | null): Promise<CreatedChat> {
    return inUseCaseSpan(this.tracer, 'create_chat', { 'workspace.id': workspaceId }, (span) =>
      this.getOrCreate(workspaceId, chatId, span),
    );
  }

  private async getOrCreate(workspaceId: string, chatId: string | null, span: Span): Promise<CreatedChat> {
    await this.getWorkspace.get(workspaceId);
    const chat = { chatId: chatId ?? this.ids.nextId(), workspaceId, createdAt: this.clock.now() };
    span.set({ 'chat.id': chat.chatId });
    const existing = await this.chats.find(chat.chatId);
    const created = existing === null ? await this.add(chat, chatId === null) : reuse(existing, workspaceId);
    span.set({ 'chat.new': created.isNew });
    return created;
  }

  private async add(chat: Chat, isIdNew: boolean): Promise<CreatedChat> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const addition = await this.tryAdd(chat, isIdNew);
      switch (addition.result) {
        case 'added':
          await this.restoreDirectory(chat.chatId);
          this.logger.info('chat_created', { chat_id: chat.chatId, workspace_id: chat.workspaceId });
          return { chat, isNew: true };
        case 'exists':
          return reuse(addition.existing, chat.workspaceId);
        case 'no-workspace':
          throw new WorkspaceNotFoundError();
        case 'marked':
          await this.activity.whileInactive([chat.chatId], () => this.removal.finish(chat.chatId));
      }
    }
    throw new WorkspaceBusyError();
  }

  /** The directory comes before the record: a chat that is known has its directory, also after a crash. */
  private async tryAdd(chat: Chat, isIdNew: boolean): Promise<ChatAddition> {
    let addition: ChatAddition | null = null;
    try {
      await this.content.ensureLayout(chat.chatId);
      addition = await this.chats.add(chat);
      return addition;
    } finally {
      const isRefused = addition === null || addition.result === 'no-workspace';
      if (isRefused && isIdNew) await this.takeBack(chat.chatId);
    }
  }

  /** Nobody would ever come for it. Under an id of the client's there may be a sandbox's files, which stay. */
  private async takeBack(chatId: string): Promise<void> {
    try {
      await this.content.discard(chatId);
    } catch (error) {
      this.logger.warn('chat_directory_left', { chat_id: chatId, err: error });
    }
  }

  /** A deletion of the same id that ended before the record was kept has taken the directory along. */
  private async restoreDirectory(chatId: string): Promise<void> {
    try {
      await this.chats.whileLive(chatId, () => this.content.ensureLayout(chatId));
    } catch (error) {
      // Already deleted again, and not to be made anew.
      if (!(error instanceof ChatNotFoundError)) throw error;
    }
  }
}

function reuse(existing: Chat, workspaceId: string): CreatedChat {
  if (existing.workspaceId !== workspaceId) throw new ChatConflictError();
  return { chat: existing, isNew: false };
}
