import type { Span, SpanAttributes, Tracer } from '../ports/tracer.js';

/** `tracing.enabled: false`: runs the work and tells nobody. */
export class NoTracer implements Tracer {
  span<T>(_name: string, _attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return work(NO_SPAN);
  }

  trace<T>(_name: string, _attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return work(NO_SPAN);
  }

  current(): Span {
    return NO_SPAN;
  }

  hasFailedBy(): boolean {
    return false;
  }
}

const NO_SPAN: Span = { set: () => undefined, fail: () => undefined };
