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

interface PinoRecord {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  trace_id?: string;
  span_id?: string;
}

/**
 * Hands every record to OpenTelemetry's API, as it stands on standard output: the event as the body, the fields as
 * attributes. It is called within the span that the record belongs to, which the API takes note of.
 */
export class OtelLogStream implements DestinationStream {
  private readonly logger = logs.getLogger('sandbox-master');

  write(line: string): void {
    const record = JSON.parse(line) as PinoRecord & Attributes;
    const { level, time, msg, ...attributes } = record;
    // The API notes the current span itself.
    delete attributes.trace_id;
    delete attributes.span_id;
    this.logger.emit({
      severityNumber: SEVERITIES[level] ?? SeverityNumber.UNSPECIFIED,
      severityText: level,
      timestamp: Date.parse(time),
      body: msg,
      attributes,
    });
  }
}
