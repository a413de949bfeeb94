import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { answerToFault, type Refusal } from './protocol-faults.js';
import type { Refusals } from './refusals.js';
import { refuseAndClose } from './send-error.js';

/** For the client to take the answer while it still sends; what comes meanwhile is thrown away. */
const LINGER_MS = 2000;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers, in the API's shape, what Node would answer by itself: what is no HTTP, heads that are too large or too slow,
 * `Expect` and CONNECT. None of it is a request to Express, and none reaches a route. Connections over the limit get no
 * answer, and are counted.
 */
export class UnparsedRequests {
  /** What was last begun on each connection. */
  private readonly latest = new WeakMap<Socket, Exchange>();
  private readonly refused = new WeakSet<Socket>();

  constructor(private readonly refusals: Refusals) {}

  /** To be called once, before the server listens. */
  watch(server: Server): void {
    server.prependListener('request', (request, response) => {
      this.latest.set(request.socket, { request, response });
    });
    server.on('clientError', (error: Error, socket) => this.onFault(error, socket as Socket));
    server.on('checkExpectation', (request, response) => this.onExpectation(request, response));
    server.on('connect', (_request, socket) => this.refuse(socket as Socket, NO_TUNNELS));
    server.on('drop', () => {
      this.refusals.note('connection_limit');
      // Room for the next: clients open another connection when one that was kept is gone.
      server.closeIdleConnections();
    });
  }

  private onFault(error: NodeJS.ErrnoException, socket: Socket): void {
    // What still comes on a connection that is being closed is found faulty again and again.
    if (this.refused.has(socket)) return;
    const answer = answerToFault(error);
    if (answer === null || !socket.writable) socket.destroy();
    else if (answer.status === 408 && socket.bytesRead === 0) this.closeSilent(socket);
    else this.answerInTurn(socket, answer);
  }

  /** Browsers and proxies open connections for later, and would take an answer for that to what they ask next. */
  private closeSilent(socket: Socket): void {
    this.refusals.note('silent_connection');
    socket.destroy();
  }

  /** The answers of a connection go out in the order of its requests. */
  private answerInTurn(socket: Socket, answer: Refusal): void {
    const exchange = this.latest.get(socket);
    if (exchange === undefined || exchange.response.writableFinished) {
      this.refuse(socket, answer);
    } else if (exchange.request.complete) {
      // The fault is behind that request, which gets its own answer first.
      this.refused.add(socket);
      exchange.response.once('close', () => {
        if (exchange.response.writableFinished) this.refuse(socket, answer);
        else socket.destroy();
      });
    } else {
      this.refused.add(socket);
      this.refusals.note(answer.detail);
      refuseAndClose(exchange.request, exchange.response, answer);
    }
  }

  private refuse(socket: Socket, answer: Refusal): void {
    this.refused.add(socket);
    const requestId = randomUUID();
    this.refusals.note(answer.detail, { request_id: requestId });
    socket.on('error', () => socket.destroy()).end(toHttp(answer, requestId));
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.resume().once('close', () => clearTimeout(timer));
  }

  private onExpectation(request: IncomingMessage, response: ServerResponse): void {
    const requestId = randomUUID();
    this.refusals.note(UNKNOWN_EXPECTATION.detail, { request_id: requestId });
    response.setHeader('X-Request-ID', requestId);
    refuseAndClose(request, response, UNKNOWN_EXPECTATION);
  }
}

const UNKNOWN_EXPECTATION: Refusal = { status: 417, detail: 'expectation_failed', headers: {} };

/** No method is allowed on what CONNECT names. */
const NO_TUNNELS: Refusal = { status: 405, detail: 'method_not_allowed', headers: { Allow: '' } };

function toHttp({ status, detail, headers }: Refusal, requestId: string): string {
  const body = JSON.stringify({ detail });
  const fields = {
    ...headers,
    Date: new Date().toUTCString(),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-ID': requestId,
    Connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}
