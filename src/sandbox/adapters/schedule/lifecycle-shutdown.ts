import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { LIFECYCLE_LOCK, type LifecycleLock } from '../../ports/lifecycle-lock.js';
import { START_QUEUE, type StartQueue } from '../../ports/start-queue.js';

/**
 * Lets operations under way finish, also those whose client has gone; what does not finish in time is found again by
 * the next start. Sandboxes keep running.
 */
@Injectable()
export class LifecycleShutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(START_QUEUE) private readonly queue: StartQueue,
    private readonly gate: ShutdownGate,
  ) {}

  onModuleDestroy(): void {
    this.queue.close();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.drain(this.lock.whenIdle());
  }
}
