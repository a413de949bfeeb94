import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { untilDone } from '../../../kernel/until-done.js';
import { ReconcileSandboxes } from '../../use-cases/reconcile-sandboxes.js';

/** Between two tries while the engine does not answer. */
const RETRY_MS = 1000;

/** Reconciles once at start-up, beside the serving of requests, for as long as it takes the engine to answer. */
@Injectable()
export class StartupReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  isDone = false;
  /** Resolves once it has reconciled; never, where it does not come to that. */
  readonly whenDone: Promise<void>;
  private readonly tellDone: () => void;
  private readonly stop = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly reconcile: ReconcileSandboxes,
    private readonly gate: ShutdownGate,
  ) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.whenDone = promise;
    this.tellDone = () => resolve(undefined);
  }

  onApplicationBootstrap(): void {
    const attempt = async (tries: number): Promise<boolean> => {
      this.isDone = await this.reconcile.execute(tries);
      if (this.isDone) this.tellDone();
      return this.isDone;
    };
    this.work = untilDone(attempt, RETRY_MS, this.stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.gate.drain(this.work);
  }
}
