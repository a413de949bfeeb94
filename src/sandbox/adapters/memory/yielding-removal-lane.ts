import { Inject, Injectable } from '@nestjs/common';
import type { RemovalLane, RemovalTerms } from '../../ports/removal-lane.js';
import { START_QUEUE, type StartQueue } from '../../ports/start-queue.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

/** Removals at a time while nothing starts. */
const PLACES = 8;
/** Of the places of starts, while any run or wait. */
const SHARE = 0.25;

/** A quarter as many removals as starts while there are starts, and the engine to themselves otherwise. */
@Injectable()
export class YieldingRemovalLane implements RemovalLane {
  private readonly slots = new FairSemaphore(PLACES);

  constructor(@Inject(START_QUEUE) private readonly starts: StartQueue) {}

  async run<T>({ waitMs, isAwaited }: RemovalTerms, removal: () => Promise<T>): Promise<T> {
    this.slots.resize(this.places());
    try {
      return await this.slots.run(waitMs, () => this.yielding(removal), isAwaited);
    } catch (error) {
      if (!(error instanceof TurnRefusedError)) throw error;
      return await this.slots.runAnyway(() => this.yielding(removal));
    }
  }

  /** Looks again at each end, which is soon enough: there is always a removal whose end comes while others wait. */
  private async yielding<T>(removal: () => Promise<T>): Promise<T> {
    try {
      return await removal();
    } finally {
      this.slots.resize(this.places());
    }
  }

  private places(): number {
    const isStarting = this.starts.running() + this.starts.depth() > 0;
    return isStarting ? Math.max(1, Math.floor(SHARE * this.starts.limit())) : PLACES;
  }

  depth(): number {
    return this.slots.waiting;
  }
}
