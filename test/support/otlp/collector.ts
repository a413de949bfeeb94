import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type LogItem,
  type MetricItem,
  readLogs,
  readMetrics,
  readSpans,
  type Received,
  type SpanItem,
} from './messages.js';

/** `hang`: takes the request and never answers. A number: answers with that status and keeps nothing. */
type Mood = 'accept' | 'hang' | number;

/** Milliseconds between two exports of metrics in tests. */
const INTERVAL_MS = 250;

/** Receives what the service sends by OTLP over HTTP, decoded from protobuf. */
export class Collector {
  mood: Mood = 'accept';
  /** Requests, also those that were not accepted. */
  requests = 0;
  /** The bodies as they came, by their path, for searching. */
  readonly bodies: { readonly path: string; readonly body: Buffer }[] = [];
  readonly spans: SpanItem[] = [];
  readonly logs: LogItem[] = [];
  readonly resources: Received<unknown>['resource'][] = [];
  private readonly metrics = new Map<string, MetricItem>();
  private server: Server | null = null;
  private port = 0;

  static async open(): Promise<Collector> {
    const collector = new Collector();
    await collector.open();
    return collector;
  }

  /** At the same port as before, if it was closed. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      void this.take(request, response);
    });
    this.server = server;
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done));
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    if (server !== null) await new Promise((done) => server.close(done));
  }

  /** Whatever hangs is broken off; what comes next is accepted. */
  recover(): void {
    this.mood = 'accept';
    this.server?.closeAllConnections();
  }

  /** Has a service send everything here. */
  get environment(): Record<string, string> {
    const at = `http://127.0.0.1:${this.port}/v1`;
    return {
      APP_TRACING_ENABLED: 'true',
      APP_METRICS_ENABLED: 'true',
      APP_LOGGING_OUTPUT: 'otel',
      APP_OTEL_TRACES_ENDPOINT: `${at}/traces`,
      APP_OTEL_METRICS_ENDPOINT: `${at}/metrics`,
      APP_OTEL_LOGS_ENDPOINT: `${at}/logs`,
      APP_OTEL_METRIC_EXPORT_INTERVAL: String(INTERVAL_MS),
    };
  }

  spansOf(traceId: string): SpanItem[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** The metric as it was exported last. */
  metric(name: string): MetricItem | undefined {
    return this.metrics.get(name);
  }

  get metricNames(): string[] {
    return [...this.metrics.keys()];
  }

  /** Every series of a counter that is not at zero, as it was exported last. */
  nonZero(name: string): { attributes: Readonly<Record<string, unknown>>; value: number }[] {
    const points = this.metrics.get(name)?.points ?? [];
    return points
      .map(({ attributes, int, double }) => ({ attributes, value: int ?? double ?? 0 }))
      .filter(({ value }) => value > 0);
  }

  /** Whether anything of that kind that came holds the text. */
  holds(path: string, text: string): boolean {
    return this.bodies.some((each) => each.path === path && each.body.includes(text));
  }

  /** The value of one series as it was exported last: of a counter, a gauge, or the count of a histogram. */
  value(name: string, attributes: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = JSON.stringify(Object.entries(attributes).sort());
    const point = this.metrics
      .get(name)
      ?.points.find((each) => JSON.stringify(Object.entries(each.attributes).sort()) === wanted);
    return point?.int ?? point?.double ?? point?.count;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.requests += 1;
    if (this.mood === 'hang') return;
    if (this.mood === 'accept') this.keep(request.url ?? '', body);
    response.writeHead(this.mood === 'accept' ? 200 : this.mood, {
      'Content-Type': 'application/x-protobuf',
    });
    response.end();
  }

  private keep(path: string, body: Buffer): void {
    this.bodies.push({ path, body });
    if (path === '/v1/traces') this.spans.push(...this.itemsOf(readSpans(body)));
    else if (path === '/v1/logs') this.logs.push(...this.itemsOf(readLogs(body)));
    else for (const metric of this.itemsOf(readMetrics(body))) this.metrics.set(metric.name, metric);
  }

  private itemsOf<Item>(received: readonly Received<Item>[]): Item[] {
    this.resources.push(...received.map(({ resource }) => resource));
    return received.flatMap(({ items }) => items);
  }
}
