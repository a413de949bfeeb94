import { Injectable } from '@nestjs/common';
import { type Span as OtelSpan, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, SpanAttributes, Tracer } from '../ports/tracer.js';

const tracer = trace.getTracer('sandbox-master');

/** OpenTelemetry's API, which does nothing unless the SDK was started before the application. */
@Injectable()
export class OtelTracer implements Tracer {
  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return tracer.startActiveSpan(name, { attributes }, async (span) => {
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
