import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { type StartQueue, StartRefusedError } from '../../ports/start-queue.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

/** `sandbox.max_concurrent_starts` at a time: beyond what the engine sustains only latency grows. */
@Injectable()
export class BoundedStartQueue implements StartQueue {
  private readonly slots: FairSemaphore;
  private isClosed = false;

  constructor({ maxConcurrentStarts }: SandboxConfig) {
    this.slots = new FairSemaphore(maxConcurrentStarts);
  }

  async run<T>(waitMs: number, start: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new StartRefusedError('closed');
    try {
      return await this.slots.run(waitMs, start);
    } catch (error) {
      throw error instanceof TurnRefusedError ? new StartRefusedError(error.reason) : error;
    }
  }

  depth(): number {
    return this.slots.waiting;
  }

  close(): void {
    this.isClosed = true;
    this.slots.refuseWaiting();
  }
}
