import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { isOurs, type SandboxContainer } from '../domain/container.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { Deadlines } from './deadlines.js';
import type { TimeBudget } from './time-budget.js';

/** Saves what a container wrote last, which goes with the container. Bounded in size and time; never fails. */
@Injectable()
export class LastWords {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly deadlines: Deadlines,
  ) {}

  /** Logs them if the container has died without being told to. To be called before it is removed. */
  async tell(container: SandboxContainer, budget?: TimeBudget): Promise<void> {
    if (container.state !== 'dead' || !isOurs(container)) return;
    const { containerId, exitCode, claim } = container;
    this.logger.warn('sandbox_died', {
      chat_id: claim.chatId,
      session_id: claim.sessionId,
      container_id: containerId,
      exit_code: exitCode,
      output: await this.of(containerId, budget),
    });
  }

  /** The same for a container that nobody has looked at yet. */
  async tellOf(containerId: string, budget: TimeBudget): Promise<void> {
    try {
      const container = await this.runtime.find(containerId, budget.remainingMs);
      if (container !== null) await this.tell(container, budget);
    } catch (error) {
      // Whoever ends it next hears of the engine as well.
      if (!(error instanceof SandboxRuntimeError)) throw error;
    }
  }

  async of(containerId: string, budget?: TimeBudget): Promise<string> {
    const limitMs = Math.min(this.deadlines.outputMs, budget?.remainingMs ?? Infinity);
    try {
      return await this.runtime.readOutput(containerId, limitMs);
    } catch (error) {
      return `(not to be had: ${error instanceof Error ? error.message : String(error)})`;
    }
  }
}
