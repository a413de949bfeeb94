import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { endsInTime } from '../../kernel/in-time.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { OverdueContainers } from './overdue-containers.js';
import { RemovalTurns, type RemovalWait } from './removal-turns.js';
import type { TimeBudget } from './time-budget.js';

/** What has not ended by then makes use of its grace, which costs the engine nothing and keeps nobody's place. */
const PROMPT_MS = 500;

/** Ends and removes one container, whatever state it is in. To be run under its chat's lock. */
@Injectable()
export class EndContainer {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly turns: RemovalTurns,
    private readonly overdue: OverdueContainers,
    private readonly sandbox: SandboxConfig,
  ) {}

  /** Whether ends and removals wait for their turn, so that no more should be begun unasked. */
  get hasBacklog(): boolean {
    return this.turns.areWaiting;
  }

  /**
   * @param manner gracefully: what runs in it gets `sandbox.stop_grace_seconds` after SIGTERM
   * @returns whether it was there
   * @throws SandboxRuntimeError when it may still be there
   */
  async execute(
    containerId: string,
    manner: 'gracefully' | 'at-once',
    budget?: TimeBudget,
  ): Promise<boolean> {
    const wait = this.turns.open(budget);
    if (manner === 'gracefully') await this.stopInTurn(containerId, wait, budget);
    const wasThere = await this.turns.take(wait, () => this.remove(containerId, budget));
    this.overdue.ended(containerId);
    return wasThere;
  }

  private async stopInTurn(containerId: string, wait: RemovalWait, budget?: TimeBudget): Promise<void> {
    let stopped = Promise.resolve();
    await this.turns.take(wait, () => {
      stopped = this.stop(containerId, budget);
      return endsInTime(stopped, PROMPT_MS);
    });
    await stopped;
  }

  private async remove(containerId: string, budget?: TimeBudget): Promise<boolean> {
    try {
      return await this.runtime.remove(containerId, budget?.remainingMs);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError) || !error.isUncertain) throw error;
      return await this.removeAfterAll(containerId, error, budget);
    }
  }

  /** Removing comes next and does without it, so a failure to stop is only told. */
  private async stop(containerId: string, budget?: TimeBudget): Promise<void> {
    const graceSeconds = this.sandbox.stopGraceSeconds;
    try {
      await this.runtime.stop(
        containerId,
        graceSeconds,
        budget === undefined ? undefined : budget.remainingMs / 2,
      );
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      this.logger.warn('sandbox_stop_failed', { container_id: containerId, err: error });
    }
  }

  /** No answer does not mean that nothing happened: looks, and tries once more where the connection was lost. */
  private async removeAfterAll(
    containerId: string,
    failure: SandboxRuntimeError,
    budget?: TimeBudget,
  ): Promise<boolean> {
    const found = await this.runtime.find(containerId, budget?.remainingMs);
    if (found === null || found.state === 'removing') return true;
    if (failure.failure !== 'unreachable') throw failure;
    return await this.runtime.remove(containerId, budget?.remainingMs);
  }
}
