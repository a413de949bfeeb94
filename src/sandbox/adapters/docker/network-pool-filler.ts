import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { untilDone } from '../../../kernel/until-done.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../../ports/sandbox-runtime.js';
import { START_QUEUE, type StartQueue } from '../../ports/start-queue.js';
import { NetworkPool } from './network-pool.js';

/** For so long no start must have run or waited, and so often it is looked. */
const QUIET_MS = 100;
/** After one that failed. */
const RETRY_MS = 5000;

/** Keeps the pool of networks full while nobody waits for a start: one after the other, and none beside a start. */
@Injectable()
export class NetworkPoolFiller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private work: Promise<void> = Promise.resolve();
  private isFailing = false;
  private pausedUntilMs = 0;

  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(START_QUEUE) private readonly queue: StartQueue,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly pool: NetworkPool,
    private readonly gate: ShutdownGate,
    private readonly sandbox: SandboxConfig,
  ) {}

  /** Not awaited: neither the start nor readiness depends on it. */
  onApplicationBootstrap(): void {
    if (this.sandbox.networkPoolSize === 0) return;
    this.work = untilDone(() => this.fill(), QUIET_MS, this.stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.gate.drain(this.pool.close());
    await this.gate.drain(this.work);
  }

  /** @returns false: there is always a next time */
  private async fill(): Promise<boolean> {
    const mayGoOn = (): boolean =>
      this.pool.missing > 0 &&
      this.queue.idleMs() >= QUIET_MS &&
      performance.now() >= this.pausedUntilMs &&
      !this.stop.signal.aborted;
    while (mayGoOn()) await this.addOne();
    return false;
  }

  private async addOne(): Promise<void> {
    try {
      await this.runtime.prepare();
      await this.pool.add();
      this.isFailing = false;
    } catch (error) {
      this.logger[this.isFailing ? 'debug' : 'warn']('network_pool_not_filled', { err: error });
      this.isFailing = true;
      this.pausedUntilMs = performance.now() + RETRY_MS;
    }
  }
}
