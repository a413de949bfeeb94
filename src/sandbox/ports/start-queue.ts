export const START_QUEUE = Symbol('StartQueue');

/** A start was not let in. */
export class StartRefusedError extends Error {
  constructor(readonly reason: 'timeout' | 'closed') {
    super(reason);
  }
}

/** Bounds how many sandboxes are being started at a time, by what the engine is seen to sustain. */
export interface StartQueue {
  /**
   * Runs the start when there is room, in the order of arrival.
   * @param kindOf which kind of work a start turned out to be, since starts are compared with their like alone; null when
   * what it took tells nothing about the engine
   * @throws StartRefusedError when there was none within `waitMs`, or when the queue was closed; the start has not begun
   */
  run<T>(waitMs: number, start: () => Promise<T>, kindOf?: (result: T) => string | null): Promise<T>;

  /** Starts that wait. */
  depth(): number;

  /** Starts that have been let in and have not ended. */
  running(): number;

  /** Starts that may run at a time now, 1 at least. */
  limit(): number;

  /** Milliseconds since the last start ended; 0 while one runs or waits, infinite before the first. */
  idleMs(): number;

  /** Refuses those that wait and all that come; starts under way go on. */
  close(): void;
}
