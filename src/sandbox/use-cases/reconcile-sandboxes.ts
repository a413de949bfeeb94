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

  /** @throws SandboxRuntimeError when the engine does not answer; to be tried again then */
  execute(): Promise<void> {
    return this.tracer.trace('usecase.reconcile_sandboxes', {}, async (span) => {
      const counts = await this.pass.run(span, () => this.runtime.prepare());
      this.logger.info('sandbox_reconciled', { ...counts });
    });
  }
}
