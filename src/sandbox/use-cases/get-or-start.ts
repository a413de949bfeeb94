import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { conflictBetween } from '../domain/conflict.js';
import { isActive, type LiveContainer, type SandboxContainer, toSandbox } from '../domain/container.js';
import {
  SandboxConflictError,
  SandboxEndpointUnavailableError,
  SandboxStartFailedError,
} from '../domain/errors.js';
import { isExpired, type Sandbox } from '../domain/sandbox.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { Admission } from './admission.js';
import { Deadlines } from './deadlines.js';
import { EndContainer } from './end-container.js';
import { LastWords } from './last-words.js';
import type { CreateResult } from './sandbox-events.js';
import type { Terms } from './start-flights.js';
import { StartSandbox } from './start-sandbox.js';
import { TimeBudget } from './time-budget.js';

export interface Outcome {
  readonly sandbox: Sandbox;
  readonly result: CreateResult;
  /** Whose place it took. */
  readonly previous: Sandbox | null;
}

/** Answers with the chat's active sandbox, or replaces what is no longer one. To be run under the chat's lock. */
@Injectable()
export class GetOrStart {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly admission: Admission,
    private readonly startSandbox: StartSandbox,
    private readonly endContainer: EndContainer,
    private readonly lastWords: LastWords,
    private readonly deadlines: Deadlines,
  ) {}

  async execute(terms: Terms, queue: TimeBudget): Promise<Outcome> {
    const deletion = await this.deletionOf(terms.chatId);
    const outcome = await this.getOrStart(terms, queue);
    await this.settleDeletion(terms.chatId, deletion);
    return outcome;
  }

  private async getOrStart(terms: Terms, queue: TimeBudget): Promise<Outcome> {
    const budget = new TimeBudget(this.deadlines.createMs);
    const record = await this.registry.find(terms.chatId);
    const container =
      record === null ? await this.findUntracked(terms, budget) : await this.verify(record, terms, budget);
    if (container !== null && isActive(container, this.clock.now())) {
      return this.reuse(container, terms);
    }
    try {
      const start = async (): Promise<Outcome> => this.replace(record, container, terms, budget, queue);
      return await this.admission.during(terms, budget, queue, start);
    } catch (error) {
      const isEndpointLost = hasLostItsAddress(container) && isStartFailure(error);
      throw isEndpointLost ? new SandboxEndpointUnavailableError('', { cause: error }) : error;
    }
  }

  /** The record's container as it is now; whether a create may have it, an expired record tells by itself. */
  private async verify(record: Sandbox, terms: Terms, budget: TimeBudget): Promise<SandboxContainer | null> {
    if (isExpired(record, this.clock.now())) return null;
    try {
      return await this.runtime.find(record.containerId, budget.remainingMs);
    } catch (error) {
      // A conflict is told without the engine: whether or not it still runs, nothing would be started for these terms.
      this.assertSameTerms(record, terms);
      throw error;
    }
  }

  private assertSameTerms(active: Sandbox, terms: Terms): void {
    const fields = conflictBetween(active, terms);
    if (fields.length > 0) throw new SandboxConflictError(active, fields);
  }

  private async reuse(container: LiveContainer, terms: Terms): Promise<Outcome> {
    const sandbox = toSandbox(container);
    this.assertSameTerms(sandbox, terms);
    await this.registry.save(sandbox);
    return { sandbox, result: 'reused', previous: null };
  }

  private async deletionOf(chatId: string): Promise<Date | null> {
    return (await this.registry.listDeletions()).get(chatId) ?? null;
  }

  /**
   * A delete that failed before this create is not to end, later, what was handed out since. One that failed while this
   * create held it up means what was just made, though that may have been made after the delete was asked for.
   */
  private async settleDeletion(chatId: string, before: Date | null): Promise<void> {
    const current = await this.deletionOf(chatId);
    if (current === null) return;
    if (current.getTime() === before?.getTime()) await this.registry.withdrawDeletion(chatId);
    else await this.registry.requestDeletion(chatId, this.clock.now());
  }

  private async replace(
    record: Sandbox | null,
    container: SandboxContainer | null,
    terms: Terms,
    budget: TimeBudget,
    queue: TimeBudget,
  ): Promise<Outcome> {
    if (record !== null) {
      const isOver = isExpired(record, this.clock.now());
      if (container !== null) await this.lastWords.tell(container, budget);
      else if (isOver) await this.lastWords.tellOf(record.containerId, budget);
      const isRunning = isOver || container?.state === 'running';
      await this.endContainer.execute(record.containerId, isRunning ? 'gracefully' : 'at-once', budget);
      await this.registry.forget(record.chatId, record.sessionId);
    }
    const { sandbox, isNew } = await this.startSandbox.execute(terms, budget, queue);
    if (isNew) return { sandbox, result: record === null ? 'created' : 'replaced', previous: record };
    this.assertSameTerms(sandbox, terms);
    return { sandbox, result: 'reused', previous: null };
  }

  /**
   * What another replica, or this one before its restart, made for the chat. An engine that does not answer now is heard
   * of again when it is asked to start something.
   */
  private async findUntracked({ chatId }: Terms, budget: TimeBudget): Promise<SandboxContainer | null> {
    try {
      return await this.runtime.findByChat(chatId, budget.remainingMs);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      this.logger.debug('sandbox_untracked_unknown', { chat_id: chatId, err: error });
      return null;
    }
  }
}

const hasLostItsAddress = (container: SandboxContainer | null): boolean =>
  container?.ownership === 'ours' && container.state === 'running' && container.ip === null;

const isStartFailure = (error: unknown): boolean =>
  error instanceof SandboxStartFailedError || error instanceof SandboxRuntimeError;
