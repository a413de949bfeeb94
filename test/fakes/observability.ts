import type { LogFields, Logger } from '../../src/observability/ports/logger.js';
import type { GaugeValue, MetricAttributes, Metrics } from '../../src/observability/ports/metrics.js';
import type { Span, SpanAttributes, Tracer } from '../../src/observability/ports/tracer.js';

export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps every record, with the fields of its context. */
export class RecordingLogger implements Logger {
  readonly records: LogRecord[] = [];
  /** What every record bears, asked when it is made. */
  mark: () => LogFields = () => ({});
  private context: LogFields = {};

  debug(event: string, fields: LogFields = {}): void {
    this.record('debug', event, fields);
  }
  info(event: string, fields: LogFields = {}): void {
    this.record('info', event, fields);
  }
  warn(event: string, fields: LogFields = {}): void {
    this.record('warn', event, fields);
  }
  error(event: string, fields: LogFields = {}): void {
    this.record('error', event, fields);
  }

  inContext<T>(fields: LogFields, work: () => T): T {
    const outer = this.context;
    this.context = { ...outer, ...fields };
    try {
      return work();
    } finally {
      this.context = outer;
    }
  }

  /** The events, those for debugging aside, in their order. */
  get events(): string[] {
    return this.records.filter(({ level }) => level !== 'debug').map(({ event }) => event);
  }

  /** The fields of every record of the event. */
  fieldsOf(event: string): LogFields[] {
    return this.records.filter((record) => record.event === event).map(({ fields }) => fields);
  }

  private record(level: LogRecord['level'], event: string, fields: LogFields): void {
    this.records.push({ level, event, fields: { ...this.context, ...this.mark(), ...fields } });
  }
}

/** Keeps what was counted and measured. */
export class RecordingMetrics implements Metrics {
  readonly counted: { readonly name: string; readonly attributes: MetricAttributes }[] = [];
  readonly durations: {
    readonly name: string;
    readonly ms: number;
    readonly attributes: MetricAttributes;
  }[] = [];
  readonly added: {
    readonly name: string;
    readonly amount: number;
    readonly attributes: MetricAttributes;
  }[] = [];
  readonly gauges = new Map<string, () => GaugeValue | Promise<GaugeValue>>();

  count(name: string, attributes: MetricAttributes = {}): void {
    this.counted.push({ name, attributes });
  }

  add(name: string, amount: number, attributes: MetricAttributes = {}): void {
    this.added.push({ name, amount, attributes });
  }

  duration(name: string, ms: number, attributes: MetricAttributes = {}): void {
    this.durations.push({ name, ms, attributes });
  }

  gauge(name: string, read: () => GaugeValue | Promise<GaugeValue>): void {
    this.gauges.set(name, read);
  }

  /** The attribute `result` of every count under the name, in their order. */
  resultsOf(name: string): (string | undefined)[] {
    return this.counted.filter((count) => count.name === name).map(({ attributes }) => attributes.result);
  }
}

export interface SpanRecord {
  readonly name: string;
  /** Whether it began a trace of its own. */
  readonly isRoot: boolean;
  readonly attributes: Record<string, unknown>;
  error: unknown;
}

/** Keeps every span, which needs its `this`, as those of the SDK do. */
export class RecordingTracer implements Tracer {
  readonly spans: SpanRecord[] = [];
  /** What runs in no span of ours, such as an error's answer, runs in that of the request. */
  readonly request: SpanRecord = { name: 'request', isRoot: true, attributes: {}, error: null };
  private readonly failures = new Set<unknown>();
  private readonly open: string[] = [];

  span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.record(name, false, attributes, work);
  }

  trace<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    return this.record(name, true, attributes, work);
  }

  current(): Span {
    return this.toSpan(this.request);
  }

  hasFailedBy(error: unknown): boolean {
    return this.failures.has(error) || (error instanceof Error && this.hasFailedBy(error.cause));
  }

  /** The span that was begun last and has not ended; what happens at one time is not told apart. */
  get innermost(): string | undefined {
    return this.open.at(-1);
  }

  /** The one span of that name that came last. */
  last(name: string): SpanRecord | undefined {
    return this.spans.findLast((span) => span.name === name);
  }

  private record<T>(
    name: string,
    isRoot: boolean,
    attributes: SpanAttributes,
    work: (span: Span) => Promise<T>,
  ): Promise<T> {
    const record: SpanRecord = { name, isRoot, attributes: { ...attributes }, error: null };
    this.spans.push(record);
    this.open.push(name);
    return work(this.toSpan(record)).finally(() => this.open.splice(this.open.lastIndexOf(name), 1));
  }

  private toSpan(record: SpanRecord): Span {
    return new RecordingSpan(record, this.failures);
  }
}

class RecordingSpan implements Span {
  constructor(
    private readonly record: SpanRecord,
    private readonly failures: Set<unknown>,
  ) {}

  set(attributes: SpanAttributes): void {
    Object.assign(this.record.attributes, attributes);
  }

  fail(error: unknown): void {
    this.record.error = error;
    this.failures.add(error);
  }
}
