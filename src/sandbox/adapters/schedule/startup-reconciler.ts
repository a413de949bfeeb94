import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { ReconcileSandboxes } from '../../use-cases/reconcile-sandboxes.js';

/** Between two tries while the engine does not answer. */
const RETRY_MS = 1000;

/** Reconciles once at start-up, beside the serving of requests, for as long as it takes the engine to answer. */
@Injectable()
export class StartupReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  isDone = false;
  private readonly stop = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly reconcile: ReconcileSandboxes,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly gate: ShutdownGate,
  ) {}

  onApplicationBootstrap(): void {
    this.work = this.untilDone();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.gate.drain(this.work);
  }

  private async untilDone(): Promise<void> {
    for (let tries = 1; !this.stop.signal.aborted; tries += 1) {
      try {
        await this.reconcile.execute();
        this.isDone = true;
        return;
      } catch (error) {
        // Told once; until it succeeds, /readyz tells it on.
        this.logger[tries === 1 ? 'warn' : 'debug']('sandbox_reconcile_failed', { tries, err: error });
      }
      await sleep(RETRY_MS, null, { signal: this.stop.signal }).catch(() => null);
    }
  }
}
