import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../observability/ports/logger.js';
import { isHealthPath } from './health-paths.js';

/** 1 to 128 visible ASCII characters. */
const REQUEST_ID = /^[!-~]{1,128}$/;

/** Gives every request its id, in the answer and in every log line of the request, and logs its end. */
export const requestContext = (logger: Logger): RequestHandler => {
  return (request, response, next) => {
    const given = request.get('X-Request-ID');
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
    response.set('X-Request-ID', requestId);
    const context = { request_id: requestId };
    const beganMs = performance.now();
    // Opened anew at the end: to carry the whole of it there would cost more than all that is logged.
    response.on('close', () =>
      logger.inContext(context, () => logRequest(logger, request, response, performance.now() - beganMs)),
    );
    logger.inContext(context, next);
  };
};

function logRequest(logger: Logger, request: Request, response: Response, durationMs: number): void {
  const route = request.route as { path?: string } | undefined;
  const record = {
    method: request.method,
    route: route?.path ?? null,
    // Nobody saw the status of an answer that was not sent.
    status: response.headersSent ? response.statusCode : null,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(response.writableFinished ? {} : { aborted: true }),
  };
  if (isHealthPath(request.path)) logger.debug('http_request', record);
  else logger.info('http_request', record);
}
