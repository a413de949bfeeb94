export const TRACER = Symbol('Tracer');

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  set(attributes: SpanAttributes): void;
  /**
   * Marks the span as failed by this error; the error itself goes its own way. Its message and stack are recorded, without
   * secrets, on the first span that is told of it: the one where it arose.
   */
  fail(error: unknown): void;
}

export interface Tracer {
  /** Runs the work inside a span that is a child of the current one. An error of the work does not mark the span. */
  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T>;
  /** The same, with the span as the first of a trace of its own, whatever the current one is. */
  trace<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T>;
  /** The span that the caller runs in; where there is none, one that keeps nothing. */
  current(): Span;
  /** Whether some span was marked as failed by this error, or by one that it has as its cause. */
  hasFailedBy(error: unknown): boolean;
}
