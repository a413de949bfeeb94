import { type Span as OtelSpan, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, SpanAttributes, Tracer } from '../ports/tracer.js';

/** OpenTelemetry's API; the SDK behind it is that of `telemetry/`. */
export class OtelTracer implements Tracer {
  private readonly tracer = trace.getTracer('sandbox-master');

  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.within(name, { attributes }, work);
  }

  trace<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.within(name, { attributes, root: true }, work);
  }

  private within<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    return this.tracer.startActiveSpan(name, options, async (span) => {
      try {
        return await work(toSpan(span));
      } finally {
        span.end();
      }
    });
  }
}

const toSpan = (span: OtelSpan): Span => ({
  set: (attributes) => {
    span.setAttributes(attributes);
  },
  fail: (error) => {
    const message = error instanceof Error ? error.message : String(error);
    span.recordException(error instanceof Error ? error : message);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  },
});
