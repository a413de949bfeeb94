import { Injectable } from '@nestjs/common';
import type { Span } from '../../observability/ports/tracer.js';
import { Agreement } from './agreement.js';
import { type CleanupCounts, CleanupEvents } from './cleanup-events.js';
import { SandboxGauges } from './sandbox-gauges.js';

/** One pass of the sweep or the reconcile, with what it came to told to its span and the metrics. */
@Injectable()
export class ObservedPass {
  constructor(
    private readonly agreement: Agreement,
    private readonly events: CleanupEvents,
    private readonly gauges: SandboxGauges,
  ) {}

  /** @param prepare what comes first and may fail as the pass itself. @throws SandboxRuntimeError */
  async run(span: Span, prepare: () => Promise<void> = () => Promise.resolve()): Promise<CleanupCounts> {
    try {
      await prepare();
      const counts = await this.agreement.reach();
      this.gauges.noteAgreement();
      span.set(
        Object.fromEntries(
          Object.entries(counts).map(([result, count]) => [`sandbox.cleanup.${result}`, count as number]),
        ),
      );
      return counts;
    } catch (error) {
      this.events.passFailed(error);
      span.fail(error);
      throw error;
    }
  }
}
