import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface EngineCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly status: number;
}

/** A unix socket that passes every request on to the engine and writes it down. No hijacked connections. */
export class EngineRecorder {
  /** In the order in which the calls ended. */
  readonly journal: EngineCall[] = [];
  readonly socketPath: string;
  private readonly engineSocket: string;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server = createServer((incoming, outgoing) => {
    this.pass(incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });

  constructor(socketPath: string, engineSocket: string) {
    this.socketPath = socketPath;
    this.engineSocket = engineSocket;
  }

  async start(): Promise<void> {
    this.server.listen(this.socketPath);
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const beganMs = performance.now();
    const { method = '', url: path = '', headers } = incoming;
    const body = await contentOf(incoming);
    const call = request({
      socketPath: this.engineSocket,
      agent: this.agent,
      method,
      path,
      headers: { ...headers, connection: 'keep-alive' },
    });
    const answered = once(call, 'response');
    call.end(body);
    const [response] = (await answered) as [IncomingMessage];
    const content = await contentOf(response);
    const status = response.statusCode ?? 502;
    const type = response.headers['content-type'];
    outgoing.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(content);
    this.journal.push({ method, path, body: String(body), beganMs, endedMs: performance.now(), status });
  }
}

async function contentOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export const isCreate = ({ method, path }: EngineCall): boolean =>
  method === 'POST' && path.startsWith('/containers/create');

export const isContainerList = ({ method, path }: EngineCall): boolean =>
  method === 'GET' && /^\/containers\/json(\?|$)/.test(path);

export const isContainerInspect = ({ method, path }: EngineCall): boolean =>
  method === 'GET' && /^\/containers\/[^/]+\/json(\?|$)/.test(path);

/** For people: the call without its ids and its query. */
export const kindOf = ({ method, path }: EngineCall): string =>
  `${method} ${path
    .replace(/\?.*/, '')
    .replace(/[0-9a-f]{64}/, '<id>')
    .replace(/(?<=containers\/)sandbox-[^/]+/, '<name>')}`;
