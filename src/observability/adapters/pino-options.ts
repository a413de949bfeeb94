import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, destination, type LoggerOptions, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { Configuration } from '../../config/configuration.js';
import { LogOutput } from './log-output.js';
import { OtelLogStream } from './otel-log-stream.js';
import { redactionOf, secretsOf } from './redaction.js';

/**
 * What pino is made with: one record a line on standard output, as JSON or as text for people. With `logging.output:
 * otel` the records go to the collector as well, so that they can be read when it is away.
 */
export function pinoOptions(configuration: Configuration): [LoggerOptions, DestinationStream] {
  const { app, logging, tracing } = configuration;
  const options: LoggerOptions = {
    level: logging.level,
    timestamp: stdTimeFunctions.isoTime,
    base: { service: app.name, env: app.env, instance: app.instance },
    formatters: { level: (label) => ({ level: label }) },
    ...(tracing.enabled ? { mixin: currentSpan } : {}),
  };
  const streams = [logging.format === 'text' ? textStream() : destination({ fd: 1, sync: true })];
  if (logging.output === 'otel') streams.push(new OtelLogStream());
  return [options, new LogOutput(redactionOf(secretsOf(configuration)), streams)];
}

/** Ties a record to its trace. */
function currentSpan(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span)
    ? { trace_id: span.traceId, span_id: span.spanId }
    : {};
}

const textStream = (): DestinationStream =>
  pretty({
    colorize: process.stdout.isTTY,
    ignore: 'service,env,instance,context',
    singleLine: true,
    sync: true,
  });
