import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import { SandboxQueueTimeoutError, ShuttingDownError } from '../domain/errors.js';
import { START_QUEUE, type StartQueue, StartRefusedError } from '../ports/start-queue.js';
import type { TimeBudget } from './time-budget.js';

/** Lets starts wait for their turn without using up their engine time. */
@Injectable()
export class StartTurns {
  constructor(
    @Inject(START_QUEUE) private readonly queue: StartQueue,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {
    metrics.gauge('sandbox.start.queue.depth', () => queue.depth());
    metrics.gauge('sandbox.start.running', () => queue.running());
    metrics.gauge('sandbox.start.limit', () => queue.limit());
  }

  /**
   * @param kindOf as in StartQueue
   * @throws SandboxQueueTimeoutError, ShuttingDownError
   */
  async take<T>(
    budget: TimeBudget,
    wait: TimeBudget,
    start: () => Promise<T>,
    kindOf: (result: T) => string | null,
  ): Promise<T> {
    const beganMs = performance.now();
    const recordWait = (): number => {
      const waitedMs = performance.now() - beganMs;
      this.metrics.duration('sandbox.start.wait_ms', waitedMs);
      return waitedMs;
    };
    try {
      return await this.queue.run(
        wait.remainingMs,
        () => {
          budget.extend(recordWait());
          return start();
        },
        kindOf,
      );
    } catch (error) {
      if (!(error instanceof StartRefusedError)) throw error;
      if (error.reason === 'closed') throw new ShuttingDownError();
      // The longest waits of all are those that came to nothing.
      recordWait();
      throw new SandboxQueueTimeoutError();
    }
  }
}
