import type { AdaptiveLimit } from '../../src/sandbox/adapters/memory/adaptive-limit.js';

export interface Work {
  readonly kind: string;
  /** Alone on the engine. */
  readonly serviceMs: number;
}

interface Job extends Work {
  readonly beganMs: number;
  readonly inFlight: number;
  leftMs: number;
}

/**
 * An engine of so many servers whose jobs share them evenly, in simulated time, with more starts waiting than it can
 * take: what is let in is up to the limit alone.
 */
export class SharedEngine {
  nowMs = 0;
  /** What the limit was after each start. */
  readonly limits: number[] = [];
  private jobs: Job[] = [];

  constructor(
    private readonly limit: AdaptiveLimit,
    public servers: number,
    private readonly next: () => Work = () => ({ kind: 'start', serviceMs: 245 }),
  ) {}

  /** @returns starts a second */
  saturate(starts: number): number {
    const beganMs = this.nowMs;
    for (let ended = 0; ended < starts; ended += 1) {
      while (this.jobs.length < this.limit.current) this.begin();
      this.endNext();
    }
    return (starts * 1000) / (this.nowMs - beganMs);
  }

  /** Starts that come one by one, each once the one before has ended. */
  trickle(starts: number): void {
    while (this.jobs.length > 0) this.endNext();
    for (let ended = 0; ended < starts; ended += 1) {
      this.begin();
      this.endNext();
    }
  }

  /** Nothing that is under way is answered. */
  lose(): void {
    const lost = this.jobs.splice(0);
    this.nowMs += 30_000;
    for (const { kind, beganMs, inFlight } of lost) {
      this.limit.overloaded({ kind, beganMs, endedMs: this.nowMs, inFlight });
    }
  }

  fill(): void {
    while (this.jobs.length < this.limit.current) this.begin();
  }

  private begin(): void {
    const work = this.next();
    const inFlight = this.jobs.length + 1;
    this.jobs.push({ ...work, beganMs: this.nowMs, inFlight, leftMs: work.serviceMs });
  }

  private endNext(): void {
    const rate = Math.min(1, this.servers / this.jobs.length);
    const [first] = this.jobs.toSorted((one, other) => one.leftMs - other.leftMs);
    if (first === undefined) throw new Error('nothing is under way');
    const workedMs = first.leftMs;
    this.nowMs += workedMs / rate;
    for (const job of this.jobs) job.leftMs -= workedMs;
    const inFlight = Math.max(first.inFlight, this.jobs.length);
    this.jobs.splice(this.jobs.indexOf(first), 1);
    this.limit.succeeded({ kind: first.kind, beganMs: first.beganMs, endedMs: this.nowMs, inFlight });
    this.limits.push(this.limit.current);
  }
}
