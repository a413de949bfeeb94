export const TRACER = Symbol('Tracer');

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed by this error; the error itself goes its own way. */
  fail(error: unknown): void;
}

export interface Tracer {
  /** Runs the work inside a span that is a child of the current one. An error of the work does not mark the span. */
  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T>;
  /** The same, with the span as the first of a trace of its own, whatever the current one is. */
  trace<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T>;
}
