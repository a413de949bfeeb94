import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';

/** How long a body or an answer may stand still before its connection is cut. */
const STALL_MS = 60_000;

/**
 * However long an honest upload takes, it may take that long (Node's own limit, 300 s for a whole request, is too short for
 * large files on slow lines); headers keep their limit.
 */
export function allowLongRequests(server: Server): void {
  server.requestTimeout = 0;
}

/**
 * Cuts connections whose client neither sends the rest of its body nor takes what is sent to it, within this time or the
 * half more. Work that takes long in between is no stall.
 */
export const cutStalled = (stallMs: number = STALL_MS): RequestHandler => {
  return (request, response, next) => {
    const { socket } = request;
    let last = progressOf(socket);
    let changedAtMs = performance.now();
    const timer = setInterval(() => {
      const now = progressOf(socket);
      if (now !== last || !isWaitingForClient(request, response)) {
        last = now;
        changedAtMs = performance.now();
      } else if (performance.now() - changedAtMs >= stallMs) {
        socket.destroy();
      }
    }, stallMs / 2).unref();
    response.once('close', () => clearInterval(timer));
    next();
  };
};

const progressOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

/** Nothing of the body is left to be taken by us, or something of the answer, whose turn it is, by the client. */
const isWaitingForClient = (request: Request, response: Response): boolean =>
  (!request.complete && request.readableLength === 0) ||
  (response.socket !== null && response.writableLength > 0);
