import { type DestinationStream, destination, type LoggerOptions, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig, LoggingConfig } from '../../config/sections.js';

/** What pino is made with: one record a line on standard output, as JSON or as text for people. */
export function pinoOptions(app: AppConfig, logging: LoggingConfig): [LoggerOptions, DestinationStream] {
  const options: LoggerOptions = {
    level: logging.level,
    timestamp: stdTimeFunctions.isoTime,
    base: { service: app.name, env: app.env, instance: app.instance },
    formatters: { level: (label) => ({ level: label }) },
  };
  return [options, logging.format === 'text' ? textStream() : destination({ fd: 1, sync: true })];
}

const textStream = (): DestinationStream =>
  pretty({
    colorize: process.stdout.isTTY,
    ignore: 'service,env,instance,context',
    singleLine: true,
    sync: true,
  });
