import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { type Duplex } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

export interface EngineCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly status: number;
}

/** An answer in the engine's place; null: the engine's own. */
export type StandIn = (call: Pick<EngineCall, 'method' | 'path'>) => { status: number; body: string } | null;

/** A unix socket that passes every request on to the engine, streams and taken-over connections too, and writes it down. */
export class EngineRecorder {
  /** In the order in which the calls ended. */
  readonly journal: EngineCall[] = [];
  readonly socketPath: string;
  private readonly engineSocket: string;
  private readonly standIn: StandIn;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly takenOver = new Set<Duplex>();
  private readonly server = createServer((incoming, outgoing) => {
    this.pass(incoming, outgoing).catch(() => outgoing.destroy());
  });

  constructor(socketPath: string, engineSocket: string, standIn: StandIn = () => null) {
    this.socketPath = socketPath;
    this.engineSocket = engineSocket;
    this.standIn = standIn;
    this.server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.takeOver(incoming, socket, head).catch(() => socket.destroy());
    });
  }

  async start(): Promise<void> {
    this.server.listen(this.socketPath);
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    for (const socket of this.takenOver) socket.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const beganMs = performance.now();
    const { method = '', url: path = '', headers } = incoming;
    const body = await contentOf(incoming);
    const note = (status: number): void => {
      this.journal.push({ method, path, body: String(body), beganMs, endedMs: performance.now(), status });
    };
    const own = this.standIn({ method, path });
    if (own !== null) {
      outgoing.writeHead(own.status, { 'content-type': 'application/json' }).end(own.body);
      await finished(outgoing);
      note(own.status);
      return;
    }
    const agent = this.agent;
    const call = this.callEngine({ agent, method, path, headers: { ...headers, connection: 'keep-alive' } });
    outgoing.once('close', () => call.destroy());
    const answered = once(call, 'response');
    call.end(body);
    const [response] = (await answered) as [IncomingMessage];
    const status = response.statusCode ?? 502;
    const type = response.headers['content-type'];
    outgoing.writeHead(status, type === undefined ? {} : { 'content-type': type });
    // The head of a stream that has nothing to tell yet.
    outgoing.flushHeaders();
    await pipeline(response, outgoing);
    note(status);
  }

  private async takeOver(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const beganMs = performance.now();
    const { method = '', url: path = '', headers } = incoming;
    const call = this.callEngine({ method, path, headers });
    const upgraded = once(call, 'upgrade');
    call.end();
    const [, engine, first] = (await upgraded) as [IncomingMessage, Duplex, Buffer];
    this.takenOver.add(socket).add(engine);
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    this.journal.push({ method, path, body: '', beganMs, endedMs: performance.now(), status: 101 });
    socket.write(first);
    engine.write(head);
    socket.pipe(engine).pipe(socket);
    for (const [one, other] of [
      [socket, engine],
      [engine, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.takenOver.delete(one);
        other.destroy();
      });
    }
  }

  private callEngine(options: RequestOptions): ReturnType<typeof request> {
    return request({ ...options, socketPath: this.engineSocket });
  }
}

async function contentOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export const isCreate = ({ method, path }: EngineCall): boolean =>
  method === 'POST' && path.startsWith('/containers/create');

export const isContainerList = ({ method, path }: Pick<EngineCall, 'method' | 'path'>): boolean =>
  method === 'GET' && /^\/containers\/json(\?|$)/.test(path);

export const isContainerInspect = ({ method, path }: Pick<EngineCall, 'method' | 'path'>): boolean =>
  method === 'GET' && /^\/containers\/[^/]+\/json(\?|$)/.test(path);

/** For people: the call without its ids and its query. */
export const kindOf = ({ method, path }: EngineCall): string =>
  `${method} ${path
    .replace(/\?.*/, '')
    .replace(/[0-9a-f]{64}/, '<id>')
    .replace(/(?<=containers\/)sandbox-[^/]+/, '<name>')}`;
