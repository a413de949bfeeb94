import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { sendError } from './send-error.js';

/** Requests of one connection at a time. Hardly a client sends a second one before the first is answered. */
const MAX_UNDER_WAY = 32;

/**
 * Refuses what is sent ahead of the answers beyond this number, with 429 `rate_limited`: Node begins every request that it
 * has read, so that one connection would be as good as any number. Refusals wait for their turn like all answers, and Node
 * reads no more of a connection on which 64 KiB of answers wait.
 */
export const limitPipelined = (maxUnderWay: number = MAX_UNDER_WAY): RequestHandler => {
  const underWay = new WeakMap<Socket, number>();
  return (request, response, next) => {
    const { socket } = request;
    const count = (change: number): number => {
      const now = (underWay.get(socket) ?? 0) + change;
      underWay.set(socket, now);
      return now;
    };
    const now = count(1);
    response.on('close', () => count(-1));
    if (now <= maxUnderWay) {
      next();
      return;
    }
    response.set('Connection', 'close');
    sendError(request, response, { status: 429, detail: 'rate_limited', headers: { 'Retry-After': '1' } });
  };
};
