import type { Configuration } from '../../config/configuration.js';
import { endsInTime } from '../../kernel/in-time.js';
import type { Logger } from '../ports/logger.js';
import { ExportWatch } from './export-watch.js';
import type { Pipeline } from './pipeline.js';

/** A collector that does not answer must not hold up the end of the process. */
const FLUSH_MS = 2000;

const watch = new ExportWatch();
let starting: Promise<Pipeline[]> | null = null;

/**
 * Starts OpenTelemetry's SDK for the signals that are switched on. Comes before the application is loaded where `node
 * --import` names start-telemetry.ts; a second call does nothing.
 */
export async function startTelemetry(configuration: Configuration): Promise<void> {
  starting ??= start(configuration);
  await starting;
}

async function start(configuration: Configuration): Promise<Pipeline[]> {
  const { tracing, metrics, logging } = configuration;
  const hasMetrics = metrics.enabled || metrics.prometheus;
  const hasLogs = logging.output === 'otel';
  if (!tracing.enabled && !hasMetrics && !hasLogs) return [];
  // Loaded on demand, here and below: a start without telemetry does not pay for it.
  const { followContext, resourceOf } = await import('./sdk-basics.js');
  followContext();
  const resource = resourceOf(configuration);
  const pipelines: Pipeline[] = [];
  if (tracing.enabled)
    pipelines.push((await import('./traces.js')).startTraces(configuration.otel, resource, watch));
  if (hasMetrics) {
    const { startMetrics } = await import('./metrics.js');
    pipelines.push(startMetrics(configuration, resource, watch));
  }
  if (hasLogs) pipelines.push((await import('./logs.js')).startLogs(configuration.otel, resource, watch));
  // Behind the providers, of which it takes its tracer and its meter.
  if (tracing.enabled || hasMetrics) (await import('./http-server.js')).observeHttpServer();
  return pipelines;
}

/** Has the log told when the collector takes nothing, and when it does again. */
export function reportExportsTo(logger: Logger): void {
  watch.reportTo(logger);
}

/** Sends what is left, bounded, and stops. Does nothing when nothing was started. */
export async function stopTelemetry(): Promise<void> {
  const pipelines = (await starting) ?? [];
  starting = null;
  if (pipelines.length === 0) return;
  // What fails here has been told by the watch.
  await endsInTime(Promise.allSettled(pipelines.map((pipeline) => pipeline.shutdown())), FLUSH_MS);
}
