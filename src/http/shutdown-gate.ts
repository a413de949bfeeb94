import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import { endsInTime } from '../kernel/in-time.js';
import { isHealthPath } from './health-paths.js';
import { sendError } from './send-error.js';

/** For everything that is to finish, together; with the last telemetry, less than the 10 s that `docker stop` leaves. */
const DRAIN_MS = 7000;

/** Refuses new work as soon as the shutdown begins, and lets what is under way finish, bounded. */
@Injectable()
export class ShutdownGate implements OnModuleDestroy, BeforeApplicationShutdown {
  private closesAtMs: number | null = null;
  private readonly underWay = new Map<Response, Request>();
  private readonly drained = Promise.withResolvers<undefined>();

  get isClosing(): boolean {
    return this.closesAtMs !== null;
  }

  readonly handler: RequestHandler = (request, response, next) => {
    if (this.isClosing && !isHealthPath(request.path)) {
      this.refuse(request, response);
      return;
    }
    this.underWay.set(response, request);
    response.on('close', () => {
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
    this.closesAtMs ??= performance.now() + DRAIN_MS;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.settle();
    await this.drain(this.drained.promise);
    // What could not be finished is told so, before its connection is closed.
    for (const [response, request] of this.underWay)
      if (!response.headersSent) this.refuse(request, response);
  }

  /** Waits for the work, but no longer than the shutdown may take as a whole. */
  async drain(work: Promise<unknown>): Promise<void> {
    const leftMs = Math.max(0, (this.closesAtMs ?? performance.now() + DRAIN_MS) - performance.now());
    await endsInTime(work, leftMs);
  }

  private settle(): void {
    if (this.isClosing && this.underWay.size === 0) this.drained.resolve(undefined);
  }
}
