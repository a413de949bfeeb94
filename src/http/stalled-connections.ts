import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { ErrorAnswer } from './error-answer.js';
import { refuseAndClose } from './send-error.js';

/** How long a body or an answer may stand still before its connection is cut. */
const STALL_MS = 60_000;

/** How long the rest of a body that nobody reads may go on behind its answer: as long as one that was refused. */
const UNREAD_MS = 5000;

const TIMED_OUT: ErrorAnswer = { status: 408, detail: 'request_timeout', headers: {} };

/**
 * Cuts connections whose client neither sends the rest of its body nor takes what is sent to it, within this time or the
 * half more; where there is no answer yet, it is 408 `request_timeout`. Work that takes long in between is no stall.
 */
export const cutStalled = (stallMs: number = STALL_MS, unreadMs: number = UNREAD_MS): RequestHandler => {
  const underWay = new Set<Transfer>();
  // One for all: most requests are over long before it looks at them once.
  setInterval(() => {
    for (const transfer of underWay) look(transfer, stallMs);
  }, stallMs / 2).unref();
  return (request, response, next) => {
    const transfer = { request, response, last: progressOf(request.socket), changedAtMs: performance.now() };
    underWay.add(transfer);
    response.on('close', () => {
      underWay.delete(transfer);
      if (!request.complete) cutUnread(request, unreadMs);
    });
    next();
  };
};

/** A request under way, with its progress as it was at some look, and when that was first seen. */
interface Transfer {
  readonly request: Request;
  readonly response: Response;
  last: number;
  changedAtMs: number;
}

function look(transfer: Transfer, stallMs: number): void {
  const { request, response, last, changedAtMs } = transfer;
  const now = progressOf(request.socket);
  if (now !== last || !isWaitingForClient(request, response)) {
    transfer.last = now;
    transfer.changedAtMs = performance.now();
  } else if (performance.now() - changedAtMs >= stallMs) {
    cut(request, response);
  }
}

const progressOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

/** Nothing of the body is left to be taken by us, or something of the answer, whose turn it is, by the client. */
const isWaitingForClient = (request: Request, response: Response): boolean =>
  (!request.complete && request.readableLength === 0) ||
  (response.socket !== null && response.writableLength > 0);

function cut(request: Request, response: Response): void {
  // Not where the answer's turn has not come: it would not go out.
  if (response.headersSent || response.socket === null) request.socket.destroy();
  else refuseAndClose(request, response, TIMED_OUT);
}

/** Node reads on without a bound behind an answer, so that the connection can be kept. */
function cutUnread(request: Request, unreadMs: number): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), unreadMs).unref();
  const spare = (): void => clearTimeout(timer);
  request.once('end', spare).once('close', spare);
}
