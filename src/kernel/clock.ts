export const CLOCK = Symbol('Clock');

/**
 * The time by which decisions are made: wall time as at the start of the process plus the monotonic time since, so that
 * a jump of the wall clock neither ends a sandbox early nor ends all of them at once.
 */
export interface Clock {
  now(): Date;

  /** Brings `now` towards the wall clock, by at most this much; called once a sweep with the sweep's interval. */
  approachWallTime(maxStepMs: number): void;
}
