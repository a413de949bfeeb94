import { NoLoadLatency } from './no-load-latency.js';

/** Where it begins: near the best on two cores already, and harmless to an engine with one. */
const INITIAL = 6;
/** Starts that should wait within the engine, so that it never runs dry: between these two, or the shares below. */
const FEWEST_QUEUED = 4;
const MOST_QUEUED = 6;
const FEWEST_SHARE = 0.1;
const MOST_SHARE = 0.2;
/** No slower than this against an engine without load: nothing waits in it, so that the limit may grow fast. */
const UNQUEUED_STRETCH = 1.25;
const FAST_STEP = 4;
/** Rounds none of whose starts had the engine to itself; then one gets it. So the price of that is a few per cent. */
const PROBE_ROUNDS = 30;

/** A start that ended; times are monotonic, in milliseconds. */
export interface EndedStart {
  /** Which kind of work it was, each with a latency of its own. */
  readonly kind: string;
  readonly beganMs: number;
  readonly endedMs: number;
  /** Starts that ran when it began or when it ended, itself included, whichever were more. */
  readonly inFlight: number;
}

/**
 * How many starts an engine sustains, found as TCP Vegas finds the window of a connection (Brakmo and Peterson 1994;
 * Netflix concurrency-limits): of `limit` starts, `limit * (1 - latency without load / latency)` wait within the engine
 * rather than being worked on. Below a few of them the limit grows, above a few more it shrinks, once a round of as many
 * starts as it allows. It is halved when the engine does not answer.
 */
export class AdaptiveLimit {
  private limit: number;
  private readonly noLoad = new NoLoadLatency();
  /** The stretches of this round: latencies as multiples of that without load. */
  private round: number[] = [];
  private sinceAlone = 0;
  private lastCutMs = -Infinity;

  constructor(private readonly max: number) {
    this.limit = Math.min(INITIAL, max);
  }

  /** Starts that may run now. One only, for a moment, when the latency without load is to be measured again. */
  get current(): number {
    return this.isProbing ? 1 : this.limit;
  }

  get isProbing(): boolean {
    return this.sinceAlone >= PROBE_ROUNDS * this.limit;
  }

  succeeded({ kind, beganMs, endedMs, inFlight }: EndedStart): void {
    const isAlone = inFlight === 1;
    const stretch = this.noLoad.stretchOf(kind, endedMs - beganMs, isAlone);
    const wasProbing = this.isProbing;
    this.sinceAlone = isAlone ? 0 : this.sinceAlone + 1;
    // What ran below the limit says nothing about it; nor does what was under way when the engine was being cleared.
    if (wasProbing || inFlight < this.limit) return;
    this.round.push(stretch);
    if (this.round.length >= this.limit) this.adapt();
  }

  /** The engine did not become clear soon enough: it is tried again as many rounds later. */
  giveUpProbing(): void {
    this.sinceAlone = 0;
  }

  /** It was not done because the engine did not answer, or not in time. */
  overloaded({ beganMs, endedMs }: EndedStart): void {
    // All that were under way together tell of the same mishap.
    if (beganMs < this.lastCutMs) return;
    this.lastCutMs = endedMs;
    this.sinceAlone = 0;
    this.setLimit(Math.floor(this.limit / 2));
  }

  private adapt(): void {
    const stretch = medianOf(this.round);
    const queued = this.limit * (1 - 1 / stretch);
    if (stretch <= UNQUEUED_STRETCH) this.setLimit(this.limit + FAST_STEP);
    else if (queued < Math.max(FEWEST_QUEUED, FEWEST_SHARE * this.limit)) this.setLimit(this.limit + 1);
    else if (queued > Math.max(MOST_QUEUED, MOST_SHARE * this.limit)) this.setLimit(this.limit - 1);
    else this.round = [];
  }

  private setLimit(limit: number): void {
    this.limit = Math.min(this.max, Math.max(1, limit));
    this.round = [];
  }
}

/** One start that had to wait for something else than the engine does not count. */
function medianOf(values: readonly number[]): number {
  const inOrder = values.toSorted((one, other) => one - other);
  return inOrder[Math.floor((inOrder.length - 1) / 2)] ?? 1;
}
