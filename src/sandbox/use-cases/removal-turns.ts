import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import { REMOVAL_LANE, type RemovalLane } from '../ports/removal-lane.js';
import { Deadlines } from './deadlines.js';
import { TimeBudget } from './time-budget.js';

/**
 * Where containers come to their ends as fast as others start, those that a request waits for go ahead after this time:
 * the chat's lock is held meanwhile.
 */
const MOST_AWAITED_MS = 2000;

/** What is left of the time to wait. */
export interface RemovalWait {
  readonly time: TimeBudget;
  readonly isAwaited: boolean;
}

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

  /**
   * Opens the time for which one container's end may wait in all, for however many turns that takes.
   * @param budget of the request that waits for it, which keeps one engine deadline for the work; without: a sweep's
   */
  open(budget: TimeBudget | undefined): RemovalWait {
    const { engineMs, sweepWaitMs } = this.deadlines;
    if (budget === undefined) return { time: new TimeBudget(sweepWaitMs), isAwaited: false };
    const time = new TimeBudget(Math.min(MOST_AWAITED_MS, Math.max(0, budget.remainingMs - engineMs)));
    return { time, isAwaited: true };
  }

  take<T>({ time, isAwaited }: RemovalWait, work: () => Promise<T>): Promise<T> {
    return this.lane.run({ waitMs: time.remainingMs, isAwaited }, work);
  }

  /** For what has no time left to wait: it is counted, so that others keep back. */
  takeNow<T>(work: () => Promise<T>): Promise<T> {
    return this.lane.run({ waitMs: 0, isAwaited: true }, work);
  }
}
