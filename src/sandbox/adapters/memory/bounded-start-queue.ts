import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { type StartQueue, StartRefusedError } from '../../ports/start-queue.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

/** `sandbox.max_concurrent_starts` at a time: beyond what the engine sustains only latency grows. */
@Injectable()
export class BoundedStartQueue implements StartQueue {
  private readonly slots: FairSemaphore;
  private isClosed = false;
  /** Starts that run or wait. */
  private present = 0;
  private lastEndedMs = -Infinity;

  constructor({ maxConcurrentStarts }: SandboxConfig) {
    this.slots = new FairSemaphore(maxConcurrentStarts);
  }

  async run<T>(waitMs: number, start: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new StartRefusedError('closed');
    this.present += 1;
    try {
      return await this.slots.run(waitMs, start);
    } catch (error) {
      throw error instanceof TurnRefusedError ? new StartRefusedError(error.reason) : error;
    } finally {
      this.present -= 1;
      this.lastEndedMs = performance.now();
    }
  }

  depth(): number {
    return this.slots.waiting;
  }

  idleMs(): number {
    return this.present > 0 ? 0 : performance.now() - this.lastEndedMs;
  }

  close(): void {
    this.isClosed = true;
    this.slots.refuseWaiting();
  }
}
