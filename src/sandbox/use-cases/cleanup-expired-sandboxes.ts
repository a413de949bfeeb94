import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { Agreement } from './agreement.js';
import type { CleanupCounts } from './cleanup-events.js';

/** The sweep: ends what has expired, and mends whatever else records and containers disagree about. */
@Injectable()
export class CleanupExpiredSandboxes {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly agreement: Agreement,
    private readonly sandbox: SandboxConfig,
  ) {}

  /** @throws SandboxRuntimeError when the engine does not answer; nothing was done then */
  execute(): Promise<CleanupCounts> {
    return this.tracer.span('usecase.cleanup_expired_sandboxes', {}, async (span) => {
      this.clock.approachWallTime(this.sandbox.cleanupIntervalSeconds * 1000);
      try {
        return await this.agreement.reach();
      } catch (error) {
        span.fail(error);
        throw error;
      }
    });
  }
}
