import type { LoggerService } from '@nestjs/common';
import type { Logger } from '../ports/logger.js';

/** Nest's own messages: what it does while starting is for debugging, what it complains about is not. */
export class FrameworkLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug('framework', { message, context });
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.logger.debug('framework', { message, context });
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.logger.debug('framework', { message, context });
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn('framework', { message, context });
  }

  error(message: unknown, ...context: unknown[]): void {
    this.logger.error('framework', { message, context });
  }
}
