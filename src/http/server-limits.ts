import { createServer, type Server, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import { MAX_HEADER_FIELDS } from './request-heads.js';
import { toOriginForm } from './request-target.js';

/** What bounds connections and the heads of their requests. */
export interface ServerLimits {
  /** At a time; what comes beyond is closed without an answer. */
  readonly maxConnections: number;
  /** For a request's head, from the connection on, or from the head's first byte on a connection that is kept. */
  readonly headersTimeoutMs: number;
  /** How much longer a head may take before it is noticed. */
  readonly checkIntervalMs: number;
  /** Between two requests of a connection; clients are told in `Keep-Alive`. */
  readonly keepAliveMs: number;
}

export const SERVER_LIMITS: ServerLimits = {
  // An upload holds up to three descriptors beside its connection, and 4,096 is the least hard limit of them in use.
  maxConnections: 1024,
  // A head fits into a dozen packets: the slowest line that is of use takes a few seconds.
  headersTimeoutMs: 15_000,
  checkIntervalMs: 5000,
  // Node's own value.
  keepAliveMs: 5000,
};

/** Bytes of the request line and all fields together. Node's own value, which its command line could change. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Express on a server with limits. Bodies have no limit of time here (Node's own, 300 s for a whole request, is too short
 * for large files on slow lines): JSON has one of its own, and uploads may take as long as they move.
 */
export class BoundedExpressAdapter extends ExpressAdapter {
  constructor(
    express: Express,
    private readonly limits: ServerLimits = SERVER_LIMITS,
  ) {
    super(express);
  }

  override initHttpServer(): void {
    const express: Express = this.getInstance();
    const server = createServer(optionsOf(this.limits), (request, response) => {
      toOriginForm(request);
      express(request, response);
    });
    server.maxConnections = this.limits.maxConnections;
    // Node drops what is beyond; with one more than is allowed, it is seen, and refused.
    server.maxHeadersCount = MAX_HEADER_FIELDS + 1;
    this.httpServer = server;
  }

  /** Ends the connections that are still open: they must not keep the process alive when all work is done. */
  override close(): Promise<void> {
    const server = this.getHttpServer() as Server;
    return new Promise((resolve) => {
      // It never listened, or not any more: that is closed as well.
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

const optionsOf = ({ headersTimeoutMs, checkIntervalMs, keepAliveMs }: ServerLimits): ServerOptions => ({
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: headersTimeoutMs,
  connectionsCheckingInterval: checkIntervalMs,
  keepAliveTimeout: keepAliveMs,
  requestTimeout: 0,
  // Looked after by `soundHeads`, whose answer is the API's.
  requireHostHeader: false,
});
