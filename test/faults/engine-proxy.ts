import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_SOCKET } from '../support/engine.js';
import { EventStreams } from './event-streams.js';
import type { Fault } from './fault.js';
import { refusalOf, type Rewriting, rewritingOf, rewritten } from './engine-answers.js';

/** How late a `delay` answers. */
const DELAY_MS = 300;

interface Rule {
  readonly pattern: RegExp | string;
  readonly fault: Fault;
  /** Matching requests to let pass first. */
  before: number;
  left: number;
}

/** `METHOD path` without the API's version, the query and what names a container or network. */
export const anonymous = (call: string): string =>
  call.replace(/\/(containers|networks)\/(?!create$|json$)[^/]+/, '/$1/:id');

/** Stands between the service and the engine's socket, does harm on request, and keeps a journal of what it saw. */
export class EngineProxy {
  readonly socketPath = join(tmpdir(), `engine-proxy-${randomBytes(4).toString('hex')}.sock`);
  /** `METHOD path` of every request, in order; the path without version and query. */
  readonly journal: string[] = [];
  /** What the answers say that are a status alone. */
  message = 'injected';
  readonly events = new EventStreams();
  /** Whether there are no event streams: every request for one is refused, and not noted. */
  hasNoEvents = false;
  private rules: Rule[] = [];
  private readonly removing = new Set<string>();
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();

  get url(): string {
    return `unix://${this.socketPath}`;
  }

  async open(): Promise<void> {
    const server = createServer((incoming, answer) => {
      this.handle(incoming, answer);
    });
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => this.handleUpgrade(incoming, socket));
    this.server = server;
    await new Promise<void>((done) => server.listen(this.socketPath, done));
  }

  /** From now on nobody answers at the socket. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server !== null) await new Promise((done) => server.close(done));
    await rm(this.socketPath, { force: true });
  }

  /**
   * Lets the next `times` requests meet the fault, after so many that do not.
   * @param pattern matches `METHOD path`; a text is compared with what `anonymous` makes of that
   */
  inject(pattern: RegExp | string, fault: Fault, times = Infinity, after = 0): void {
    this.rules.push({ pattern, fault, before: after, left: times });
  }

  /** How many of the injected faults have not been met. */
  get unmet(): number {
    return this.rules.filter(({ left }) => left > 0).length;
  }

  /** Answers as an engine does that has begun to remove the container, and is not done. @returns what ends that */
  pretendRemoving(containerId: string): () => void {
    this.removing.add(containerId);
    return () => this.removing.delete(containerId);
  }

  /** No more harm; connections that hang are dropped. */
  heal(): void {
    this.rules = [];
    this.events.lagMs = 0;
    this.events.release();
    for (const socket of this.sockets) socket.destroy();
  }

  /** A call that becomes a connection; what is no answer then, is none at all. */
  private handleUpgrade(incoming: IncomingMessage, socket: Socket): void {
    const fault = this.faultOf(this.noted(incoming));
    const carryOut = (): void => upgrade(incoming, socket, fault === 'lose-answer' || fault === 'cut-answer');
    if (fault === 'hang') return;
    if (fault === 'delay') setTimeout(carryOut, DELAY_MS);
    else if (fault === 'refuse') socket.destroy();
    else if (typeof fault === 'number') socket.end(`HTTP/1.1 ${fault} Injected\r\nContent-Length: 0\r\n\r\n`);
    else carryOut();
  }

  private noted({ method, url }: IncomingMessage): string {
    const call = `${method ?? ''} ${(url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')}`;
    this.journal.push(call);
    return call;
  }

  private handle(incoming: IncomingMessage, answer: ServerResponse): void {
    if (this.hasNoEvents && /\/events(\?|$)/.test(incoming.url ?? '')) {
      say(answer, 503, this.message);
      return;
    }
    const call = this.noted(incoming);
    const fault = this.faultOf(call);
    if (fault === 'hang') return;
    if (fault === 'delay') {
      setTimeout(() => this.carryOut(call, incoming, answer, null), DELAY_MS);
      return;
    }
    this.carryOut(call, incoming, answer, fault);
  }

  private faultOf(call: string): Fault | null {
    const rule = this.rules.find(({ pattern, left }) => left > 0 && isMatch(pattern, call));
    if (rule === undefined) return null;
    if (rule.before > 0) {
      rule.before -= 1;
      return null;
    }
    rule.left -= 1;
    return rule.fault;
  }

  private carryOut(
    call: string,
    incoming: IncomingMessage,
    answer: ServerResponse,
    fault: Exclude<Fault, 'delay' | 'hang'> | null,
  ): void {
    const refusal = refusalOf(call, this.removing);
    if (fault === 'refuse') incoming.socket.destroy();
    else if (typeof fault === 'number') say(answer, fault, this.message);
    else if (refusal !== null && fault === null) say(answer, 409, refusal);
    else {
      const passEvents = call === 'GET /events' && fault === null ? this.events : null;
      forward(incoming, answer, fault, rewritingOf(call, fault, this.removing), passEvents);
    }
  }
}

function upgrade({ method, url, headers }: IncomingMessage, client: Socket, isLost: boolean): void {
  const onward = request({ socketPath: ENGINE_SOCKET, method, path: url, headers });
  client.on('error', () => onward.destroy());
  onward.on('error', () => client.destroy());
  // Not upgraded: the engine's refusal.
  onward.on('response', (response) => {
    client.write(`HTTP/1.1 ${response.statusCode ?? 502} Refused\r\nConnection: close\r\n\r\n`);
    response.pipe(client);
  });
  onward.on('upgrade', (_, engine) => {
    engine.on('error', () => client.destroy());
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const)
      one.once('close', () => other.destroy());
    if (isLost) {
      client.destroy();
      return;
    }
    client.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    engine.pipe(client).pipe(engine);
  });
  onward.end();
}

const isMatch = (pattern: RegExp | string, call: string): boolean =>
  typeof pattern === 'string' ? anonymous(call) === pattern : pattern.test(call);

const say = (answer: ServerResponse, status: number, message: string): void => {
  answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
};

function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: Fault | null,
  rewrite: Rewriting | null,
  events: EventStreams | null,
): void {
  const { method, url, headers } = incoming;
  const onward = request({ socketPath: ENGINE_SOCKET, method, path: url, headers }, (response) => {
    // Nobody listens any more: what is left unread would keep the engine's connection open.
    answer.once('close', () => response.resume());
    if (answer.destroyed) response.resume();
    if (fault === 'lose-answer') {
      response.resume().once('end', () => incoming.socket.destroy());
      return;
    }
    if (rewrite !== null) {
      void rewritten(response, answer, rewrite);
      return;
    }
    if (fault === 'cut-answer') {
      cutShort(response, answer);
      return;
    }
    if (events !== null) {
      // Who leaves has ended the stream; the engine would go on with it for ever.
      answer.once('close', () => response.destroy());
      events.pass(response, answer);
      return;
    }
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  onward.on('error', () => incoming.socket.destroy());
  // Who left in the middle of asking has asked nothing.
  const abandon = (): void => {
    if (!incoming.readableEnded) onward.destroy();
  };
  incoming.once('close', abandon).pipe(onward);
  if (incoming.destroyed) abandon();
}

/** Sends half of the first piece of the body; of an answer without one, half of its first line. */
function cutShort(response: IncomingMessage, answer: ServerResponse): void {
  const { socket } = answer;
  const cut = (): void => {
    socket?.destroy();
  };
  response.once('end', () => socket?.write('HTTP/1.1 20', cut));
  response.once('data', (chunk: Buffer) => {
    response.removeAllListeners('end').resume();
    answer.writeHead(response.statusCode ?? 502, response.headers);
    answer.write(chunk.subarray(0, Math.max(1, chunk.length >> 1)), cut);
  });
}
