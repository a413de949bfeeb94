import { metrics } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Configuration } from '../../config/configuration.js';
import type { OtelConfig } from '../../config/sections.js';
import type { ExportWatch } from './export-watch.js';
import { prometheusReader } from './prometheus.js';
import type { Pipeline } from './pipeline.js';

/** The network's figures would name every sandbox's interface, and are gathered by child processes. */
const HOST_GROUPS = ['system.cpu', 'system.memory', 'process.cpu', 'process.memory'];

/** A collector that hangs is given up before the next export is due, and in any case after this time. */
const SEND_MS = 10_000;

/** Metrics to `otel.metrics_endpoint`, to `GET /metrics`, or to both. */
export function startMetrics(
  { otel, metrics: { enabled, prometheus } }: Configuration,
  resource: Resource,
  watch: ExportWatch,
): Pipeline {
  const readers: MetricReader[] = [];
  if (enabled) readers.push(pushingReader(otel, watch));
  if (prometheus) readers.push(prometheusReader);
  const provider = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(provider);
  new HostMetrics({ metricGroups: HOST_GROUPS }).start();
  new RuntimeNodeInstrumentation().setMeterProvider(provider);
  return provider;
}

function pushingReader(otel: OtelConfig, watch: ExportWatch): MetricReader {
  const { metricExportInterval: intervalMs, metricsEndpoint: url } = otel;
  const limitMs = Math.min(intervalMs, SEND_MS);
  return new PeriodicExportingMetricReader({
    exporter: watch.over('metrics', new OTLPMetricExporter({ url, timeoutMillis: limitMs })),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: limitMs,
  });
}
