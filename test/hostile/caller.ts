import { Agent, type IncomingMessage, request } from 'node:http';

/** Far more than any file of the run: what goes on beyond it is read from a device. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface Reply {
  /** `cut`: the connection ended before the answer did; `endless`: it went on and on. */
  readonly outcome: number | 'cut' | 'endless';
  /** The headers that may tell of a file, then the body. */
  readonly bytes: Buffer;
  readonly ms: number;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Calls over connections that are kept, and takes what comes as it is. */
export class Caller {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  async send({ method, path, headers = {}, body }: Call): Promise<Reply> {
    const beganMs = performance.now();
    const answer = await new Promise<Omit<Reply, 'ms'>>((resolve) => {
      const cut = (): void => resolve({ outcome: 'cut', bytes: Buffer.alloc(0) });
      const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
      const options = { agent: this.agent, method, headers: { ...headers, ...length } };
      const outgoing = request(`${this.url}${path}`, options, (response) => {
        void readAnswer(response).then(resolve);
      });
      outgoing.on('error', cut).end(body);
    });
    return { ...answer, ms: performance.now() - beganMs };
  }

  close(): void {
    this.agent.destroy();
  }
}

async function readAnswer(response: IncomingMessage): Promise<Omit<Reply, 'ms'>> {
  const chunks: Uint8Array[] = [Buffer.from(JSON.stringify(response.headers))];
  let outcome: Reply['outcome'] = response.statusCode ?? 'cut';
  let total = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      total += chunk.length;
      if (total <= MAX_BYTES) continue;
      outcome = 'endless';
      break;
    }
  } catch {
    // The rest of a file that became shorter cannot be sent; what did come is looked at all the same.
    outcome = 'cut';
  }
  return { outcome, bytes: Buffer.concat(chunks) };
}
