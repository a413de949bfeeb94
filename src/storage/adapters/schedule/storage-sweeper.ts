import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { SweepStorage } from '../../use-cases/sweep-storage.js';

/** A tick comes up to this much early or late and still belongs to its second. */
const TICK_TOLERANCE_MS = 500;

/**
 * Puts storage in order at start-up, beside the serving of requests, and every `sandbox.cleanup_interval_seconds`; what
 * fails at start-up, since the database or the engine is not there yet, is tried each second until it succeeds.
 */
@Injectable()
export class StorageSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly intervalMs: number;
  private lastBeganMs = 0;
  private sweep: Promise<void> | null = null;
  private failedStarts: number | null = 0;
  private isEnding = false;

  constructor(
    private readonly sweepStorage: SweepStorage,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly gate: ShutdownGate,
    sandbox: SandboxConfig,
  ) {
    this.intervalMs = sandbox.cleanupIntervalSeconds * 1000;
  }

  onApplicationBootstrap(): void {
    this.begin(true);
  }

  @Cron(CronExpression.EVERY_SECOND, { threshold: 1000 })
  tick(): void {
    const isDue = performance.now() - this.lastBeganMs >= this.intervalMs - TICK_TOLERANCE_MS;
    if (isDue || this.failedStarts !== null) this.begin(isDue);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.gate.drain(this.sweep ?? Promise.resolve());
  }

  private begin(isSurveyed: boolean): void {
    if (this.sweep !== null || this.isEnding) return;
    if (isSurveyed) this.lastBeganMs = performance.now();
    this.sweep = this.run(isSurveyed).finally(() => {
      this.sweep = null;
    });
  }

  private async run(isSurveyed: boolean): Promise<void> {
    const failures = await this.sweepStorage.execute(isSurveyed, () => this.isEnding);
    const failedStarts = this.failedStarts;
    if (failedStarts !== null) this.failedStarts = failures.length === 0 ? null : failedStarts + 1;
    // At the first try the tables may just not be there yet; of the later ones at start-up, one is told.
    const isTold = failedStarts === null || failedStarts === 1;
    for (const { part, error } of failures) {
      this.logger[isTold ? 'warn' : 'debug']('storage_sweep_failed', { part, err: error });
    }
  }
}
