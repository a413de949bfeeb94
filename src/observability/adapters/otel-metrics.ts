import { Injectable } from '@nestjs/common';
import { type Counter, type Histogram, metrics } from '@opentelemetry/api';
import type { MetricAttributes, Metrics } from '../ports/metrics.js';

const meter = metrics.getMeter('sandbox-master');

/** OpenTelemetry's API, which does nothing unless the SDK was started before the application. */
@Injectable()
export class OtelMetrics implements Metrics {
  private readonly counters = new Map<string, Counter>();
  private readonly histograms = new Map<string, Histogram>();

  count(name: string, attributes: MetricAttributes = {}): void {
    this.add(name, 1, attributes);
  }

  add(name: string, amount: number, attributes: MetricAttributes = {}): void {
    const counter = this.counters.get(name) ?? meter.createCounter(name);
    this.counters.set(name, counter);
    counter.add(amount, attributes);
  }

  duration(name: string, milliseconds: number, attributes: MetricAttributes = {}): void {
    const histogram = this.histograms.get(name) ?? meter.createHistogram(name, { unit: 'ms' });
    this.histograms.set(name, histogram);
    histogram.record(milliseconds, attributes);
  }

  gauge(name: string, read: () => number): void {
    meter.createObservableGauge(name).addCallback((result) => {
      result.observe(read());
    });
  }
}
