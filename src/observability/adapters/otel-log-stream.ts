import { type Attributes, logs, SeverityNumber } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';

const SEVERITIES: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/**
 * Hands every record to OpenTelemetry's API, as it stands on standard output: the event as the body, the fields as
 * attributes. It is called within the span that the record belongs to, which the API takes note of. Who sends is said once
 * a batch, by the resource.
 */
export class OtelLogStream implements DestinationStream {
  private readonly logger = logs.getLogger('sandbox-master');

  write(line: string): void {
    // The API notes the current span itself, and the resource has the names of the service.
    const { level, time, msg, trace_id, span_id, service, env, instance, ...attributes } = JSON.parse(
      line,
    ) as PinoRecord & Attributes;
    this.logger.emit({
      severityNumber: SEVERITIES[level] ?? SeverityNumber.UNSPECIFIED,
      severityText: level,
      timestamp: Date.parse(time),
      body: msg,
      attributes,
    });
  }
}

interface PinoRecord {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
}
