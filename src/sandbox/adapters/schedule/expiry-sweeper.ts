import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { CleanupExpiredSandboxes } from '../../use-cases/cleanup-expired-sandboxes.js';
import { StartupReconciler } from './startup-reconciler.js';

/** A tick comes up to this much early or late and still belongs to its second. */
const TICK_TOLERANCE_MS = 500;

/**
 * Sweeps every `sandbox.cleanup_interval_seconds`. The clock ticks each second and a sweep runs when one is due, since a
 * cron expression can express only intervals that divide a minute or an hour.
 */
@Injectable()
export class ExpirySweeper implements BeforeApplicationShutdown {
  private readonly intervalMs: number;
  private lastBeganMs = performance.now();
  private sweep: Promise<unknown> | null = null;
  private isStopped = false;

  constructor(
    private readonly cleanup: CleanupExpiredSandboxes,
    private readonly reconciler: StartupReconciler,
    private readonly gate: ShutdownGate,
    sandbox: SandboxConfig,
  ) {
    this.intervalMs = sandbox.cleanupIntervalSeconds * 1000;
  }

  @Cron(CronExpression.EVERY_SECOND, { threshold: 1000 })
  tick(): void {
    const isDue = performance.now() - this.lastBeganMs >= this.intervalMs - TICK_TOLERANCE_MS;
    if (!isDue || this.sweep !== null || this.isStopped || !this.reconciler.isDone) return;
    this.lastBeganMs = performance.now();
    this.sweep = this.cleanup.execute().finally(() => {
      this.sweep = null;
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.gate.drain(this.sweep ?? Promise.resolve());
  }
}
