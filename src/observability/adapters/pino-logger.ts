import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { LogFields, Logger } from '../ports/logger.js';

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * Through nestjs-pino's logger. The fields of a context are kept beside it and put into each record that is made within:
 * a child logger for every request would be made for all those that log nothing, too.
 */
@Injectable()
export class PinoEventLogger implements Logger {
  private readonly context = new AsyncLocalStorage<LogFields>();

  constructor(private readonly pino: PinoLogger) {}

  debug(event: string, fields?: LogFields): void {
    this.write('debug', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.write('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.write('warn', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.write('error', event, fields);
  }

  inContext<T>(fields: LogFields, work: () => T): T {
    return this.context.run({ ...this.context.getStore(), ...fields }, work);
  }

  private write(level: Level, event: string, fields: LogFields = {}): void {
    const { logger } = this.pino;
    if (logger.isLevelEnabled(level)) logger[level]({ ...this.context.getStore(), ...fields }, event);
  }
}
