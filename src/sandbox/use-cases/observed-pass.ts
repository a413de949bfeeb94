import { Injectable } from '@nestjs/common';
import type { Span } from '../../observability/ports/tracer.js';
import { Agreement } from './agreement.js';
import { type CleanupCounts, CleanupEvents } from './cleanup-events.js';
import { SandboxGauges } from './sandbox-gauges.js';

/** How a pass ended; where it failed as a whole nothing was done. */
export type PassOutcome =
  | { readonly result: 'done'; readonly counts: CleanupCounts }
  | { readonly result: 'failed'; readonly error: unknown };

/**
 * One pass of the sweep or the reconcile, with what it came to told to its span and the metrics. It never throws, so that
 * whoever runs it can tell the log of a failure too while the span is still the current one.
 */
@Injectable()
export class ObservedPass {
  constructor(
    private readonly agreement: Agreement,
    private readonly events: CleanupEvents,
    private readonly gauges: SandboxGauges,
  ) {}

  /** @param prepare as in Agreement */
  async run(span: Span, prepare?: () => Promise<void>): Promise<PassOutcome> {
    try {
      const counts = await this.agreement.reach(prepare);
      this.gauges.noteAgreement();
      span.set(
        Object.fromEntries(
          Object.entries(counts).map(([result, count]) => [`sandbox.cleanup.${result}`, count as number]),
        ),
      );
      return { result: 'done', counts };
    } catch (error) {
      this.events.passFailed(error);
      span.fail(error);
      return { result: 'failed', error };
    }
  }
}
