export const REMOVAL_LANE = Symbol('RemovalLane');

export interface RemovalTerms {
  /** How long it may wait for a place; then it goes ahead without one. */
  readonly waitMs: number;
  /** Whether somebody waits for its end: then it comes before those that nobody waits for. */
  readonly isAwaited: boolean;
}

/** Bounds how many removals the engine works on, so that they leave it time for starts. There is always one place. */
export interface RemovalLane {
  /** Runs the removal when there is room, else after `waitMs` all the same: none is ever refused. */
  run<T>(terms: RemovalTerms, removal: () => Promise<T>): Promise<T>;

  /** Removals that wait. */
  depth(): number;
}
