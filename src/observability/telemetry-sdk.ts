import type { NodeSDK } from '@opentelemetry/sdk-node';
import type { Configuration } from '../config/configuration.js';

/** A collector that does not answer must not hold up the end of the process. */
const FLUSH_MS = 2000;

let running: NodeSDK | null = null;

/** Starts OpenTelemetry's SDK for the signals that are switched on; must come before the application is loaded. */
export async function startTelemetry({ app, otel, tracing, metrics }: Configuration): Promise<void> {
  if (!tracing.enabled && !metrics.enabled) return;
  // Loaded on demand: a start without telemetry does not pay for it.
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { OTLPMetricExporter },
    { PeriodicExportingMetricReader },
    resources,
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/exporter-metrics-otlp-proto'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
  ]);
  const reader = (): InstanceType<typeof PeriodicExportingMetricReader> =>
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: otel.metricsEndpoint }),
      exportIntervalMillis: otel.metricExportInterval,
      exportTimeoutMillis: otel.metricExportInterval,
    });
  running = new NodeSDK({
    resource: resources.resourceFromAttributes({
      'service.name': otel.serviceName,
      'service.instance.id': app.instance,
      'deployment.environment.name': app.env,
    }),
    ...(tracing.enabled
      ? { traceExporter: new OTLPTraceExporter({ url: otel.tracesEndpoint }) }
      : { spanProcessors: [] }),
    metricReaders: metrics.enabled ? [reader()] : [],
    instrumentations: [],
  });
  running.start();
}

/** Sends what is left, bounded, and stops. Does nothing when nothing was started. */
export async function stopTelemetry(): Promise<void> {
  const stopping = running?.shutdown();
  running = null;
  if (stopping === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
  await Promise.race([stopping, limit]).finally(() => {
    clearTimeout(timer);
  });
}
