import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { isActive, isAlive, isOurs, isStarting, type OurContainer } from '../domain/container.js';
import {
  SandboxActiveError,
  SandboxQueueTimeoutError,
  SandboxRuntimeUnavailableError,
} from '../domain/errors.js';
import { isExpired } from '../domain/sandbox.js';
import { LIFECYCLE_LOCK, type LifecycleLock, LockTimeoutError } from '../ports/lifecycle-lock.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { CleanupEvents } from './cleanup-events.js';
import { Deadlines } from './deadlines.js';
import { EndContainer } from './end-container.js';
import { LastWords } from './last-words.js';
import { TimeBudget } from './time-budget.js';

/** For other features: runs work on chats that have no sandbox, and lets none come up meanwhile. */
@Injectable()
export class RunWithoutSandboxes {
  constructor(
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly endContainer: EndContainer,
    private readonly lastWords: LastWords,
    private readonly events: CleanupEvents,
    private readonly deadlines: Deadlines,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * Waits for the turn on every one of the chats, ends what is left of expired and dead sandboxes, then runs the work.
   * The engine is asked, so that what other replicas made counts; what they begin after that is not kept out.
   * @throws SandboxActiveError, SandboxQueueTimeoutError (a turn did not come), SandboxRuntimeUnavailableError (nothing
   * can be said for sure); the work has not begun then
   */
  async execute<T>(chatIds: readonly string[], work: () => Promise<T>): Promise<T> {
    const waiting = new TimeBudget(this.deadlines.deleteWaitMs);
    // In one order for all, so that two that wait for the same chats never wait for each other.
    const inOrder = [...new Set(chatIds)].sort();
    const locked = inOrder.reduceRight<() => Promise<T>>(
      (inner, chatId) => () => this.underLock(chatId, waiting, inner),
      async () => {
        await this.endAll(new Set(inOrder));
        return work();
      },
    );
    return locked();
  }

  private async underLock<T>(chatId: string, waiting: TimeBudget, work: () => Promise<T>): Promise<T> {
    try {
      return await this.lock.runExclusive(chatId, waiting.remainingMs, work);
    } catch (error) {
      throw error instanceof LockTimeoutError ? new SandboxQueueTimeoutError() : error;
    }
  }

  private async endAll(chatIds: ReadonlySet<string>): Promise<void> {
    if (chatIds.size === 0) return;
    try {
      const now = this.clock.now();
      const graceMs = this.sandbox.createdGraceSeconds * 1000;
      const found = (await this.runtime.list())
        .filter(isOurs)
        .filter(({ claim }) => chatIds.has(claim.chatId));
      if (found.some((container) => isActive(container, now) || isStarting(container, now, graceMs))) {
        throw new SandboxActiveError();
      }
      for (const container of found) await this.end(container);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      throw new SandboxRuntimeUnavailableError(error.message, { cause: error });
    }
  }

  private async end(container: OurContainer): Promise<void> {
    const { containerId, claim, state } = container;
    await this.lastWords.tell(container);
    const wasThere = await this.endContainer.execute(
      containerId,
      isAlive(container) ? 'gracefully' : 'at-once',
      new TimeBudget(this.deadlines.deleteMs + this.sandbox.stopGraceSeconds * 1000),
    );
    await this.registry.forget(claim.chatId, claim.sessionId);
    // One that was on its way out already is told by whoever removes it.
    if (!wasThere || state === 'removing') return;
    this.events.removed({ ...claim, containerId }, isExpired(claim, this.clock.now()) ? 'expired' : 'dead');
  }
}
