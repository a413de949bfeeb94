import { propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { OtelConfig } from '../../config/sections.js';
import type { ExportWatch } from './export-watch.js';
import { BATCH } from './batches.js';
import type { Pipeline } from './pipeline.js';

/** Spans to `otel.traces_endpoint`; a caller's `traceparent` is continued. */
export function startTraces(otel: OtelConfig, resource: Resource, watch: ExportWatch): Pipeline {
  const exporter = watch.over(
    'traces',
    new OTLPTraceExporter({ url: otel.tracesEndpoint, timeoutMillis: BATCH.sendMs }),
  );
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...BATCH.queue })],
  });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return provider;
}
