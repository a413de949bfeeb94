import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { FinishDeletions } from '../../use-cases/finish-deletions.js';

/** Between two tries while the database or the engine does not answer. */
const RETRY_MS = 1000;

/** Finishes interrupted deletions once at start-up, beside the serving of requests. */
@Injectable()
export class DeletionFinisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly finishDeletions: FinishDeletions,
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
        await this.finishDeletions.execute();
        return;
      } catch (error) {
        // Told at the second try: at the first, the tables may just not be there yet.
        this.logger[tries === 2 ? 'warn' : 'debug']('deletions_not_finished', { tries, err: error });
      }
      await sleep(RETRY_MS, null, { signal: this.stop.signal }).catch(() => null);
    }
  }
}
