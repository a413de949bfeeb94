import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { type SpanAttributes, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { isOurs } from '../domain/container.js';
import { SandboxDeleteFailedError } from '../domain/errors.js';
import { isExpired, type Sandbox } from '../domain/sandbox.js';
import { LIFECYCLE_LOCK, type LifecycleLock, LockTimeoutError } from '../ports/lifecycle-lock.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { Arrivals } from './arrivals.js';
import { CleanupEvents } from './cleanup-events.js';
import { Deadlines } from './deadlines.js';
import { EndContainer } from './end-container.js';
import type { Outcome } from './get-or-start.js';
import { LastWords } from './last-words.js';
import { SandboxEvents } from './sandbox-events.js';
import { StartFlights } from './start-flights.js';
import { TimeBudget } from './time-budget.js';

/** What a delete ended; null when the chat had no active sandbox. */
export interface Deletion {
  readonly sessionId: string;
  readonly containerId: string;
  readonly agentId: string;
}

type Ended = Pick<Sandbox, 'chatId' | 'sessionId' | 'containerId' | 'agentId' | 'expiresAt'>;

const attributesOf = ({ sessionId, containerId, agentId }: Deletion): SpanAttributes => ({
  'sandbox.result': 'deleted',
  'session.id': sessionId,
  'container.id': containerId,
  'agent.id': agentId,
});

/** Ends a chat's sandbox. Idempotent, and legal in every state. */
@Injectable()
export class DeleteSandbox {
  constructor(
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly arrivals: Arrivals,
    private readonly flights: StartFlights<Outcome>,
    private readonly endContainer: EndContainer,
    private readonly lastWords: LastWords,
    private readonly events: SandboxEvents,
    private readonly cleanupEvents: CleanupEvents,
    private readonly deadlines: Deadlines,
  ) {}

  /** @throws SandboxDeleteFailedError; the sweep tries again then */
  execute(chatId: string): Promise<Deletion | null> {
    return this.tracer.span('usecase.delete_sandbox', { 'chat.id': chatId }, async (span) => {
      const budget = new TimeBudget(this.deadlines.deleteMs);
      const { ending } = await this.arrivals.inOrder(chatId, () =>
        Promise.resolve({ ending: this.lineUp(chatId, budget) }),
      );
      try {
        const deletion = await ending;
        span.set(deletion === null ? { 'sandbox.result': 'not_found' } : attributesOf(deletion));
        return deletion;
      } catch (error) {
        span.set({ 'sandbox.result': 'error' });
        span.fail(error);
        this.events.deleteFailed(chatId, error);
        // What nobody has foreseen is answered as such, and logged with its stack.
        if (!(error instanceof SandboxRuntimeError) && !(error instanceof LockTimeoutError)) throw error;
        throw new SandboxDeleteFailedError(error.message, { cause: error });
      }
    });
  }

  /** What arrives from here on comes after this delete. */
  private async lineUp(chatId: string, budget: TimeBudget): Promise<Deletion | null> {
    const requestedAt = this.clock.now();
    this.flights.close(chatId);
    try {
      const waitMs = this.deadlines.deleteWaitMs;
      return await this.lock.runExclusive(chatId, waitMs, () => this.underLock(chatId, requestedAt, budget));
    } catch (error) {
      if (error instanceof LockTimeoutError) await this.registry.requestDeletion(chatId, requestedAt);
      throw error;
    }
  }

  private async underLock(chatId: string, requestedAt: Date, budget: TimeBudget): Promise<Deletion | null> {
    try {
      const deletion = (await this.endTracked(chatId, budget)) ?? (await this.endUntracked(chatId, budget));
      await this.registry.withdrawDeletion(chatId);
      if (deletion === null) this.events.nothingToDelete(chatId);
      else this.events.deleted(chatId, deletion.sessionId, deletion.containerId);
      return deletion;
    } catch (error) {
      // Noted before the next operation has its turn, so that a create that comes next can take it back.
      if (error instanceof SandboxRuntimeError) await this.registry.requestDeletion(chatId, requestedAt);
      throw error;
    }
  }

  private async endTracked(chatId: string, budget: TimeBudget): Promise<Deletion | null> {
    const sandbox = await this.registry.find(chatId);
    if (sandbox === null) return null;
    const wasThere = await this.endContainer.execute(sandbox.containerId, 'at-once', budget);
    await this.registry.forget(chatId, sandbox.sessionId);
    // Gone already: then another replica may have put its own container in the place.
    const other = wasThere ? null : await this.endUntracked(chatId, budget);
    return other ?? this.deletionOf(sandbox, wasThere);
  }

  /** Another replica may have made a container that this one has not seen yet. */
  private async endUntracked(chatId: string, budget: TimeBudget): Promise<Deletion | null> {
    const holder = await this.runtime.findByChat(chatId, budget.remainingMs);
    if (holder === null || !isOurs(holder)) return null;
    // One on record is not looked at first, so that a delete costs the engine one call: its last words go with it.
    await this.lastWords.tell(holder, budget);
    const wasThere = await this.endContainer.execute(holder.containerId, 'at-once', budget);
    return this.deletionOf({ ...holder.claim, containerId: holder.containerId }, wasThere);
  }

  /** An expired one was none that could be deleted: ending it is what the sweep would have done. */
  private deletionOf(ended: Ended, wasThere: boolean): Deletion | null {
    const { sessionId, containerId, agentId } = ended;
    if (!isExpired(ended, this.clock.now())) return { sessionId, containerId, agentId };
    if (wasThere) this.cleanupEvents.removed(ended, 'expired');
    return null;
  }
}
