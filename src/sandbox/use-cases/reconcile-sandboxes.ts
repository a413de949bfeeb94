import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../ports/sandbox-runtime.js';
import { ObservedPass } from './observed-pass.js';

/** Finds everything again after a start: makes the network when it is missing, and tracks the containers that run. */
@Injectable()
export class ReconcileSandboxes {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(TRACER) private readonly tracer: Tracer,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly pass: ObservedPass,
  ) {}

  /**
   * @param tries how often it has been tried, this time included; the log is told of the first failure only
   * @returns false when the engine does not answer; to be tried again then
   */
  execute(tries = 1): Promise<boolean> {
    return this.tracer.trace('usecase.reconcile_sandboxes', {}, async (span) => {
      const outcome = await this.pass.run(span, () => this.runtime.makeNetwork());
      if (outcome.result === 'failed') return this.failed(tries, outcome.error);
      this.logger.info('sandbox_reconciled', { ...outcome.counts });
      return this.isPrepared(span, tries);
    });
  }

  /** Only now, since it takes as long as all the rest; and now, so that the first start need not wait for it. */
  private async isPrepared(span: Span, tries: number): Promise<boolean> {
    try {
      await this.runtime.prepare();
      return true;
    } catch (error) {
      span.fail(error);
      return this.failed(tries, error);
    }
  }

  /** Until it succeeds, /readyz tells it on. */
  private failed(tries: number, error: unknown): false {
    this.logger[tries === 1 ? 'warn' : 'debug']('sandbox_reconcile_failed', { tries, err: error });
    return false;
  }
}
