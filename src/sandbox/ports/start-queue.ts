export const START_QUEUE = Symbol('StartQueue');

/** A start was not let in. */
export class StartRefusedError extends Error {
  constructor(readonly reason: 'timeout' | 'closed') {
    super(reason);
  }
}

/** Bounds how many sandboxes are being started at a time. */
export interface StartQueue {
  /**
   * Runs the start when there is room, in the order of arrival.
   * @throws StartRefusedError when there was none within `waitMs`, or when the queue was closed; the start has not begun
   */
  run<T>(waitMs: number, start: () => Promise<T>): Promise<T>;

  /** Starts that wait. */
  depth(): number;

  /** Milliseconds since the last start ended; 0 while one runs or waits, infinite before the first. */
  idleMs(): number;

  /** Refuses those that wait and all that come; starts under way go on. */
  close(): void;
}
