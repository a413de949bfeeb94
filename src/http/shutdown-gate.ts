import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import { isHealthPath } from './health-paths.js';
import { sendError } from './send-error.js';

/** Shorter than the 10 s that `docker stop` leaves by default. */
export const DRAIN_MS = 8000;

/** Refuses new work as soon as the shutdown begins, and lets what is under way finish, bounded. */
@Injectable()
export class ShutdownGate implements OnModuleDestroy, BeforeApplicationShutdown {
  isClosing = false;
  private readonly underWay = new Set<Response>();
  private readonly drained = Promise.withResolvers<undefined>();

  readonly handler: RequestHandler = (request, response, next) => {
    if (this.isClosing && !isHealthPath(request.path)) {
      this.refuse(request, response);
      return;
    }
    this.underWay.add(response);
    response.once('close', () => {
      this.underWay.delete(response);
      this.settle();
    });
    next();
  };

  private refuse(request: Request, response: Response): void {
    response.set('Connection', 'close');
    sendError(request, response, { status: 503, detail: 'shutting_down', headers: { 'Retry-After': '5' } });
  }

  onModuleDestroy(): void {
    this.isClosing = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.settle();
    await within(DRAIN_MS, this.drained.promise);
  }

  private settle(): void {
    if (this.isClosing && this.underWay.size === 0) this.drained.resolve(undefined);
  }
}

/** Waits for the work, but no longer than this. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
