import { type Span as OtelSpan, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TextRedaction } from '../ports/redaction.js';
import type { Span, SpanAttributes, Tracer } from '../ports/tracer.js';

/** OpenTelemetry's API; the SDK behind it is that of `telemetry/`. */
export class OtelTracer implements Tracer {
  private readonly tracer = trace.getTracer('sandbox-master');
  /** Errors that some span bears already; they go once nobody holds them. */
  private readonly recorded = new WeakSet();

  constructor(private readonly redact: TextRedaction) {}

  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.within(name, { attributes }, work);
  }

  trace<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.within(name, { attributes, root: true }, work);
  }

  current(): Span {
    const span = trace.getActiveSpan();
    return span === undefined ? { set: () => undefined, fail: () => undefined } : this.toSpan(span);
  }

  hasFailedBy(error: unknown): boolean {
    for (let each = error; each instanceof Error; each = each.cause) if (this.recorded.has(each)) return true;
    return false;
  }

  private within<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    return this.tracer.startActiveSpan(name, options, async (span) => {
      try {
        return await work(this.toSpan(span));
      } finally {
        span.end();
      }
    });
  }

  private toSpan(span: OtelSpan): Span {
    return {
      set: (attributes) => {
        span.setAttributes(attributes);
      },
      fail: (error) => {
        this.fail(span, error);
      },
    };
  }

  private fail(span: OtelSpan, error: unknown): void {
    const message = this.redact(error instanceof Error ? error.message : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    if (!(error instanceof Error)) {
      span.recordException(message);
      return;
    }
    if (this.recorded.has(error)) return;
    this.recorded.add(error);
    span.recordException({ message, name: typeOf(error), stack: this.redact(error.stack ?? message) });
  }
}

/** The code where there is one, such as `ENOSPC` or `storage_full`: it tells more than the class. */
const typeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.constructor.name;
