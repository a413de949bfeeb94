/** The turn did not come within the time allowed, or the semaphore was closed to those who wait. */
export class TurnRefusedError extends Error {
  constructor(readonly reason: 'timeout' | 'closed') {
    super(reason);
  }
}

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (reason: 'timeout' | 'closed') => void;
}

/** Lets a bounded number in at a time, in the order of arrival. */
export class FairSemaphore {
  private inside = 0;
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly capacity: number) {}

  get waiting(): number {
    return this.waiters.size;
  }

  get isIdle(): boolean {
    return this.inside === 0 && this.waiters.size === 0;
  }

  /** @throws TurnRefusedError when the turn has not come after `waitMs`; the work has not begun then */
  async run<T>(waitMs: number, work: () => Promise<T>): Promise<T> {
    await this.enter(waitMs);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Refuses all that wait; those inside go on. */
  refuseWaiting(): void {
    for (const waiter of [...this.waiters]) waiter.refuse('closed');
  }

  private enter(waitMs: number): Promise<void> {
    if (this.inside < this.capacity) {
      this.inside += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        admit: () => {
          settle();
          resolve();
        },
        refuse: (reason) => {
          settle();
          reject(new TurnRefusedError(reason));
        },
      };
      const timer = setTimeout(waiter.refuse, Math.max(0, waitMs), 'timeout');
      this.waiters.add(waiter);
    });
  }

  /** The place of the one that leaves goes to the longest waiter, so that none who arrives later slips in between. */
  private leave(): void {
    const [next] = this.waiters;
    if (next === undefined) this.inside -= 1;
    else next.admit();
  }
}
