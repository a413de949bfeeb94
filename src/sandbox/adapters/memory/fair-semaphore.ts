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
  private readonly preferred = new Set<Waiter>();
  private readonly others = new Set<Waiter>();

  constructor(private capacity: number) {}

  get waiting(): number {
    return this.preferred.size + this.others.size;
  }

  get running(): number {
    return this.inside;
  }

  get isIdle(): boolean {
    return this.inside === 0 && this.waiting === 0;
  }

  /**
   * @param isPreferred whether it comes before all that are not
   * @throws TurnRefusedError when the turn has not come after `waitMs`; the work has not begun then
   */
  async run<T>(waitMs: number, work: () => Promise<T>, isPreferred = false): Promise<T> {
    await this.enter(waitMs, isPreferred ? this.preferred : this.others);
    return this.inPlace(work);
  }

  /** Lets this one in whether there is room or not; it counts as the others do. */
  async runAnyway<T>(work: () => Promise<T>): Promise<T> {
    this.inside += 1;
    return this.inPlace(work);
  }

  /** Those inside go on, also where they are more than may be from now on. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.admitWaiting();
  }

  /** Refuses all that wait; those inside go on. */
  refuseWaiting(): void {
    for (const waiter of [...this.preferred, ...this.others]) waiter.refuse('closed');
  }

  private async inPlace<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.inside -= 1;
      this.admitWaiting();
    }
  }

  private enter(waitMs: number, line: Set<Waiter>): Promise<void> {
    if (this.inside < this.capacity) {
      this.inside += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        line.delete(waiter);
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
      line.add(waiter);
    });
  }

  /** A free place goes to the longest waiter at once, so that none who arrives later slips in between. */
  private admitWaiting(): void {
    while (this.inside < this.capacity) {
      const [next] = this.preferred.size > 0 ? this.preferred : this.others;
      if (next === undefined) return;
      this.inside += 1;
      next.admit();
    }
  }
}
