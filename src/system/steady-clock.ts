import type { Clock } from '../kernel/clock.js';

/** Wall time as at the start of the process plus monotonic time since, led back to the wall clock in bounded steps. */
export class SteadyClock implements Clock {
  private offsetMs: number;

  /** @param wallMs, monotonicMs the system's two clocks; others are for tests */
  constructor(
    private readonly wallMs: () => number = Date.now,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.offsetMs = wallMs() - monotonicMs();
  }

  now(): Date {
    return new Date(this.monotonicMs() + this.offsetMs);
  }

  approachWallTime(maxStepMs: number): void {
    const driftMs = this.wallMs() - this.monotonicMs() - this.offsetMs;
    this.offsetMs += Math.sign(driftMs) * Math.min(Math.abs(driftMs), maxStepMs);
  }
}
