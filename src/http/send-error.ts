import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { ErrorAnswer } from './error-answer.js';

/** What a client may still send after its request was refused, so that it gets to read the answer. */
const MAX_DRAINED_BYTES = 8 * 1024 * 1024;
const MAX_DRAIN_MS = 5000;

/** Answers with an error. A body that nobody has read is drained, bounded, before the connection is closed. */
export function sendError(request: Request, response: Response, answer: ErrorAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = begin(response, answer);
  // A connection that is gone says no more, not even that it has ended.
  if (request.complete || request.destroyed || !hasBody(request)) {
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  response.setHeader('Connection', 'close');
  response.write(body);
  drain(request, () => response.end());
}

/**
 * Answers and closes, whatever the client has still to send: for one that stands still, or that cannot be understood. Who
 * still reads the body learns that no more of it comes, which Node by itself does not tell behind an answer.
 */
export function refuseAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ErrorAnswer,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.setHeader('Connection', 'close');
  response.once('finish', () => request.destroy());
  response.end(begin(response, answer));
}

/** @returns the body */
function begin(response: ServerResponse, { status, detail, headers }: ErrorAnswer): string {
  const body = JSON.stringify({ detail });
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', String(Buffer.byteLength(body)));
  return body;
}

/** `complete` alone does not tell: a request without a body is complete only after its handlers began. */
const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function drain(request: Request, done: () => void): void {
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', count).pause();
    done();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) end();
  };
  const timer = setTimeout(end, MAX_DRAIN_MS);
  request.on('data', count).once('end', end).once('close', end).resume();
}
