import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_SOCKET } from '../support/engine.js';

/**
 * `hang`: never answers. `refuse`: drops the connection unheard. `lose-answer`: carries the request out and drops the
 * connection instead of answering. `cut-answer`: breaks off in the middle of the answer. A number: answers with that
 * status and carries nothing out.
 */
export type Fault = 'hang' | 'refuse' | 'lose-answer' | 'cut-answer' | number;

interface Rule {
  readonly pattern: RegExp;
  readonly fault: Fault;
  left: number;
}

/** Stands between the service and the engine's socket, does harm on request, and keeps a journal of what it saw. */
export class EngineProxy {
  readonly socketPath = join(tmpdir(), `engine-proxy-${randomBytes(4).toString('hex')}.sock`);
  /** `METHOD path` of every request, in order; the path without version and query. */
  readonly journal: string[] = [];
  /** What the answers say that are a status alone. */
  message = 'injected';
  private rules: Rule[] = [];
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

  /** Lets the next `times` requests that match (`METHOD path`) meet the fault. */
  inject(pattern: RegExp, fault: Fault, times = Infinity): void {
    this.rules.push({ pattern, fault, left: times });
  }

  /** No more harm; connections that hang are dropped. */
  heal(): void {
    this.rules = [];
    for (const socket of this.sockets) socket.destroy();
  }

  private handle(incoming: IncomingMessage, answer: ServerResponse): void {
    const call = `${incoming.method ?? ''} ${(incoming.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')}`;
    this.journal.push(call);
    const rule = this.rules.find(({ pattern, left }) => left > 0 && pattern.test(call));
    if (rule !== undefined) rule.left -= 1;
    const fault = rule?.fault ?? null;
    if (fault === 'hang') return;
    if (fault === 'refuse') incoming.socket.destroy();
    else if (typeof fault === 'number') {
      answer
        .writeHead(fault, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ message: this.message }));
    } else forward(incoming, answer, fault);
  }
}

function forward(incoming: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
  const { method, url, headers } = incoming;
  const onward = request({ socketPath: ENGINE_SOCKET, method, path: url, headers }, (response) => {
    if (fault === 'lose-answer') {
      response.resume().once('end', () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(response.statusCode ?? 502, response.headers);
    if (fault === 'cut-answer') {
      response.once('data', (chunk: Buffer) => {
        answer.write(chunk.subarray(0, Math.max(1, chunk.length >> 1)), () => incoming.socket.destroy());
      });
    } else response.pipe(answer);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
