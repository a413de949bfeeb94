import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { CleanupCounts } from './cleanup-events.js';
import { ObservedPass } from './observed-pass.js';

/**
 * How much of the interval the clock is led back at a time, after a jump: a tenth, so that time neither stands still nor
 * runs much faster meanwhile.
 */
const CLOCK_SHARE = 0.1;

/** The sweep: ends what has expired, and mends whatever else records and containers disagree about. */
@Injectable()
export class CleanupExpiredSandboxes {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACER) private readonly tracer: Tracer,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly pass: ObservedPass,
    private readonly sandbox: SandboxConfig,
  ) {}

  /** @returns null when the engine does not answer, which the log is told: nothing was done then */
  execute(): Promise<CleanupCounts | null> {
    return this.tracer.trace('usecase.cleanup_expired_sandboxes', {}, async (span) => {
      this.clock.approachWallTime(this.sandbox.cleanupIntervalSeconds * 1000 * CLOCK_SHARE);
      const outcome = await this.pass.run(span);
      if (outcome.result === 'failed') {
        this.logger.error('sandbox_cleanup_failed', { err: outcome.error });
        return null;
      }
      this.logger.debug('sandbox_swept', { ...outcome.counts });
      return outcome.counts;
    });
  }
}
