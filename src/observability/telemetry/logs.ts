import { logs } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import type { OtelConfig } from '../../config/sections.js';
import { BATCH } from './batches.js';
import type { ExportWatch } from './export-watch.js';
import type { Pipeline } from './pipeline.js';

/** Log records to `otel.logs_endpoint`; `adapters/otel-log-stream.ts` hands them over. */
export function startLogs(otel: OtelConfig, resource: Resource, watch: ExportWatch): Pipeline {
  const exporter = watch.over(
    'logs',
    new OTLPLogExporter({ url: otel.logsEndpoint, timeoutMillis: BATCH.sendMs }),
  );
  const provider = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter, ...BATCH.queue })],
  });
  logs.setGlobalLoggerProvider(provider);
  return provider;
}
