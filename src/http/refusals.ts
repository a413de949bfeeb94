import type { LogFields, Logger } from '../observability/ports/logger.js';
import type { Metrics } from '../observability/ports/metrics.js';

const QUIET_MS = 60_000;

/**
 * Counts what is turned away before it is a request (`http.refused.total`), and tells of it: of each reason once a minute
 * at level info, with how many were not told of since, and else for debugging. Whoever knocks ten thousand times fills no log.
 */
export class Refusals {
  private readonly told = new Map<string, { atMs: number; untold: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** @param reason a bounded word: the code of the answer, or why there is none */
  note(reason: string, fields: LogFields = {}): void {
    this.metrics.count('http.refused.total', { reason });
    const last = this.told.get(reason);
    if (last !== undefined && this.nowMs() - last.atMs < QUIET_MS) {
      last.untold += 1;
      this.logger.debug('http_refused', { reason, ...fields });
      return;
    }
    this.told.set(reason, { atMs: this.nowMs(), untold: 0 });
    this.logger.info('http_refused', { reason, untold: last?.untold ?? 0, ...fields });
  }
}
