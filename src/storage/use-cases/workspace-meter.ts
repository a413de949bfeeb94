import { Inject, Injectable } from '@nestjs/common';
import { Turns } from '../../kernel/turns.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { WorkspaceNotFoundError } from '../domain/errors.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { WORKSPACE_USAGE_READER, type WorkspaceUsageReader } from '../ports/workspace-usage-reader.js';
import { WRITE_LEDGER, type WorkspaceAccount, type WriteLedger } from '../ports/write-ledger.js';
import { unlessFull } from './unless-full.js';

/** A route that needs no engine answers within 5 s, also when it has to wait for a measurement that began before. */
const LIMIT_MS = 2400;
/** For many workspaces together, while nobody waits. */
const SURVEY_LIMIT_MS = 60_000;

export interface Measured {
  /** Where the time did not suffice, the greater of what was seen and what was known. */
  readonly usedBytes: number;
  /** Whether all that is there was seen. */
  readonly isComplete: boolean;
}

interface Question {
  readonly workspaceId: string;
  readonly before: WorkspaceAccount;
  readonly chatIds: readonly string[];
}

/** Looks how much workspaces hold, and corrects the ledger by it. */
@Injectable()
export class WorkspaceMeter {
  private readonly turns = new Turns();
  /** Measurements that have not begun yet: whoever comes before they do is served by them too. */
  private readonly waiting = new Map<string, Promise<Measured>>();

  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(WORKSPACE_USAGE_READER) private readonly reader: WorkspaceUsageReader,
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Measures what is there after the call; calls at the same time share one measurement.
   * @throws WorkspaceNotFoundError
   */
  measure(workspaceId: string): Promise<Measured> {
    const joined = this.waiting.get(workspaceId);
    if (joined !== undefined) return joined;
    const measurement = this.turns.take(workspaceId, async () => {
      this.waiting.delete(workspaceId);
      const question = await this.ask(workspaceId);
      return this.answer(question, await this.reader.measure(question.chatIds, LIMIT_MS));
    });
    this.waiting.set(workspaceId, measurement);
    return measurement;
  }

  /** Measures many at once, which costs less than each for itself; those that are gone are passed over. */
  async survey(workspaceIds: readonly string[]): Promise<void> {
    const questions: Question[] = [];
    for (const workspaceId of workspaceIds) {
      const question = await this.ask(workspaceId).catch(nullIfGone);
      if (question !== null) questions.push(question);
    }
    const chatIds = questions.flatMap((question) => question.chatIds);
    const { bytesByChat, isComplete } = await this.reader.measure(chatIds, SURVEY_LIMIT_MS);
    for (const question of questions) {
      if (isComplete) await this.answer(question, { bytesByChat, isComplete });
      // One that is too large, or cannot be read, must not hide the others.
      else await this.measure(question.workspaceId).catch(nullIfGone);
    }
  }

  private async ask(workspaceId: string): Promise<Question> {
    const before = await this.ledger.account(workspaceId);
    return { workspaceId, before, chatIds: await this.chats.listIds(workspaceId) };
  }

  private async answer(
    { workspaceId, before, chatIds }: Question,
    { bytesByChat, isComplete }: Awaited<ReturnType<WorkspaceUsageReader['measure']>>,
  ): Promise<Measured> {
    const bytes = chatIds.reduce((sum, chatId) => sum + (bytesByChat.get(chatId) ?? 0), 0);
    if (!isComplete) {
      this.logger.warn('workspace_not_measured', { workspace_id: workspaceId, seen_bytes: bytes });
      if (bytes <= before.usedBytes) return { usedBytes: before.usedBytes, isComplete };
    }
    // What was written since is in the ledger either way.
    if (bytes !== before.usedBytes) await this.correct(workspaceId, bytes, before.writtenBytes);
    return { usedBytes: bytes, isComplete };
  }

  private async correct(workspaceId: string, bytes: number, writtenBytes: number): Promise<void> {
    const error = await unlessFull(this.ledger.correct(workspaceId, bytes, writtenBytes));
    if (error !== null) this.logger.warn('usage_not_recorded', { workspace_id: workspaceId, err: error });
  }
}

function nullIfGone(error: unknown): null {
  if (error instanceof WorkspaceNotFoundError) return null;
  throw error;
}
