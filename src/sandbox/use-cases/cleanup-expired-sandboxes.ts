import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
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
    private readonly pass: ObservedPass,
    private readonly sandbox: SandboxConfig,
  ) {}

  /** @throws SandboxRuntimeError when the engine does not answer; nothing was done then */
  execute(): Promise<CleanupCounts> {
    return this.tracer.trace('usecase.cleanup_expired_sandboxes', {}, (span) => {
      this.clock.approachWallTime(this.sandbox.cleanupIntervalSeconds * 1000 * CLOCK_SHARE);
      return this.pass.run(span);
    });
  }
}
