import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import { REMOVAL_LANE, type RemovalLane } from '../ports/removal-lane.js';
import { Deadlines } from './deadlines.js';
import type { TimeBudget } from './time-budget.js';

/** Lets work that ends containers wait for a place beside the starts, but never so long that it would fail. */
@Injectable()
export class RemovalTurns {
  constructor(
    @Inject(REMOVAL_LANE) private readonly lane: RemovalLane,
    @Inject(METRICS) metrics: Metrics,
    private readonly deadlines: Deadlines,
  ) {
    metrics.gauge('sandbox.removal.queue.depth', () => lane.depth());
  }

  /** Whether some wait at this moment. */
  get areWaiting(): boolean {
    return this.lane.depth() > 0;
  }

  /** @param budget of the request that waits for it, which keeps one engine deadline for the work; without: a sweep's */
  take<T>(budget: TimeBudget | undefined, work: () => Promise<T>): Promise<T> {
    const { engineMs, sweepWaitMs } = this.deadlines;
    const waitMs = budget === undefined ? sweepWaitMs : Math.max(0, budget.remainingMs - engineMs);
    return this.lane.run({ waitMs, isAwaited: budget !== undefined }, work);
  }

  /** For what has no time left to wait: it is counted, so that others keep back. */
  takeNow<T>(work: () => Promise<T>): Promise<T> {
    return this.lane.run({ waitMs: 0, isAwaited: true }, work);
  }
}
