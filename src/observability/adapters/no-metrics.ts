import type { Metrics } from '../ports/metrics.js';

/** Neither `metrics.enabled` nor `metrics.prometheus`: counts nothing. */
export class NoMetrics implements Metrics {
  count(): void {
    // Nobody asks.
  }

  add(): void {
    // Nobody asks.
  }

  duration(): void {
    // Nobody asks.
  }

  gauge(): void {
    // Nobody asks.
  }
}
