import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { HttpConfig } from '../config/sections.js';
import { isHealthPath } from './health-paths.js';
import { sendError } from './send-error.js';

/** `http.rate_limit_per_second` requests for each client's address; 0: no limit. */
export function rateLimiter({ rateLimitPerSecond: rate }: HttpConfig): RequestHandler {
  if (rate === 0) return (_request, _response, next) => next();
  const windowMs = rate < 1 ? 1000 / rate : 1000;
  const headers = { 'Retry-After': String(Math.ceil(windowMs / 1000)) };
  return rateLimit({
    windowMs,
    limit: Math.max(1, Math.floor(rate)),
    standardHeaders: false,
    legacyHeaders: false,
    skip: ({ path }) => isHealthPath(path),
    handler: (request, response) =>
      sendError(request, response, { status: 429, detail: 'rate_limited', headers }),
  });
}
