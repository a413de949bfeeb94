import type { RequestHandler } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { HttpConfig } from '../config/sections.js';
import { ClientWindows } from './client-windows.js';
import { isHealthPath } from './health-paths.js';
import { sendError } from './send-error.js';

/**
 * `http.rate_limit_per_second` requests for each client, 0: no limit. A client is an IPv4 address, however it is written, or
 * a network of IPv6 (/56, of which one customer has many addresses). Health routes are never limited. Refused requests get
 * 429 `rate_limited`, and count as well.
 *
 * The library's limiter would do, but for its memory, which has no bound.
 */
export function rateLimiter({ rateLimitPerSecond: rate }: HttpConfig): RequestHandler {
  if (rate === 0) return (_request, _response, next) => next();
  const limit = Math.ceil(rate);
  const clients = new ClientWindows(limit, (limit / rate) * 1000);
  return (request, response, next) => {
    const waitMs = isHealthPath(request.path) ? 0 : clients.take(clientOf(request.ip));
    if (waitMs === 0) {
      next();
      return;
    }
    const headers = { 'Retry-After': String(Math.ceil(waitMs / 1000)) };
    sendError(request, response, { status: 429, detail: 'rate_limited', headers });
  };
}

/** A connection that is gone has no address any more. */
const clientOf = (address: string | undefined): string =>
  address === undefined ? '' : ipKeyGenerator(address);
