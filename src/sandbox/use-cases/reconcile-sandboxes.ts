import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
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
      const outcome = await this.pass.run(span, () => this.runtime.prepare());
      if (outcome.result === 'done') this.logger.info('sandbox_reconciled', { ...outcome.counts });
      // Until it succeeds, /readyz tells it on.
      else {
        this.logger[tries === 1 ? 'warn' : 'debug']('sandbox_reconcile_failed', {
          tries,
          err: outcome.error,
        });
      }
      return outcome.result === 'done';
    });
  }
}
