import { type Counter, type Histogram, metrics } from '@opentelemetry/api';
import { KNOWN_COUNTERS, KNOWN_GAUGES, KNOWN_HISTOGRAMS } from '../metric-catalogue.js';
import type { GaugeValue, MetricAttributes, Metrics } from '../ports/metrics.js';

/** From a look into memory to a start that waited for its turn. */
const BOUNDARIES_MS = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** OpenTelemetry's API; the SDK behind it is that of `telemetry/`. Every series that is known beforehand begins at 0. */
export class OtelMetrics implements Metrics {
  private readonly meter = metrics.getMeter('sandbox-master');
  private readonly counters = new Map<string, Counter>();
  private readonly histograms = new Map<string, Histogram>();

  constructor() {
    for (const [name, { series }] of Object.entries(KNOWN_COUNTERS)) {
      for (const attributes of series) this.add(name, 0, attributes);
    }
  }

  count(name: string, attributes: MetricAttributes = {}): void {
    this.add(name, 1, attributes);
  }

  add(name: string, amount: number, attributes: MetricAttributes = {}): void {
    const counter =
      this.counters.get(name) ?? this.meter.createCounter(name, described(KNOWN_COUNTERS[name]?.tells));
    this.counters.set(name, counter);
    counter.add(amount, attributes);
  }

  duration(name: string, milliseconds: number, attributes: MetricAttributes = {}): void {
    const histogram =
      this.histograms.get(name) ??
      this.meter.createHistogram(name, {
        ...described(KNOWN_HISTOGRAMS[name]),
        advice: { explicitBucketBoundaries: BOUNDARIES_MS },
      });
    this.histograms.set(name, histogram);
    histogram.record(milliseconds, attributes);
  }

  gauge(name: string, read: () => GaugeValue | Promise<GaugeValue>): void {
    this.meter
      .createObservableGauge(name, described(KNOWN_GAUGES[name]))
      .addCallback(async (result): Promise<void> => {
        const value = await read();
        if (value !== null) result.observe(value);
      });
  }
}

/** No unit: the names of ours bear it, and Prometheus would append it once more. */
const described = (description?: string): { description?: string } =>
  description === undefined ? {} : { description };
