import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** Is read when Prometheus asks, not at an interval of its own. */
class PulledReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const SUFFIXES: Readonly<Record<string, string>> = { s: 'seconds', ms: 'milliseconds', By: 'bytes' };
const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

export const prometheusReader = new PulledReader();

/** Everything as Prometheus text, format 0.0.4. */
export async function prometheusText(): Promise<string> {
  const { resourceMetrics } = await prometheusReader.collect();
  return serializer.serialize(withUnits(resourceMetrics));
}

/**
 * The serializer leaves units out of the names, against OpenTelemetry's own rules, by which Prometheus names what comes
 * over OTLP. One query must serve both ways.
 */
const withUnits = (all: ResourceMetrics): ResourceMetrics => ({
  ...all,
  scopeMetrics: all.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((metric) => ({
      ...metric,
      descriptor: { ...metric.descriptor, name: nameWithUnit(metric) },
    })),
  })),
});

function nameWithUnit({ descriptor: { name, unit }, dataPointType }: MetricData): string {
  const suffix = unit === '1' && dataPointType === DataPointType.GAUGE ? 'ratio' : SUFFIXES[unit];
  return suffix === undefined || name.endsWith(suffix) ? name : `${name}.${suffix}`;
}
