/** A span of time that several steps share, by the monotonic clock. */
export class TimeBudget {
  private endMs: number;

  constructor(totalMs: number) {
    this.endMs = performance.now() + totalMs;
  }

  /** Milliseconds left, never below 0. */
  get remainingMs(): number {
    return Math.max(0, this.endMs - performance.now());
  }

  /** Gives back time that was spent on something that has a limit of its own. */
  extend(ms: number): void {
    this.endMs += ms;
  }
}
