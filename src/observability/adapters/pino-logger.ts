import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { LogFields, Logger } from '../ports/logger.js';

/** Through nestjs-pino, so that a record made within a request bears that request's id. */
@Injectable()
export class PinoEventLogger implements Logger {
  constructor(private readonly pino: PinoLogger) {}

  debug(event: string, fields: LogFields = {}): void {
    this.pino.debug(fields, event);
  }

  info(event: string, fields: LogFields = {}): void {
    this.pino.info(fields, event);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.pino.warn(fields, event);
  }

  error(event: string, fields: LogFields = {}): void {
    this.pino.error(fields, event);
  }

  inContext<T>(fields: LogFields, work: () => T): T {
    return this.pino.runInContext(work, { bindings: fields, inherit: true });
  }
}
