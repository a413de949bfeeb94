import { Agent, request, type RequestOptions } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Plain node:http with connections kept alive: as little as possible between the clock and the server. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly target: RequestOptions;

  /** @param target host and port, or socketPath */
  constructor(target: RequestOptions) {
    this.target = target;
  }

  /** @param body sent as it is, as JSON */
  send(method: string, path: string, body?: string): Promise<Answer> {
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const call = request({ ...this.target, agent: this.agent, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      });
      call.once('error', (error: NodeJS.ErrnoException) => {
        // A server closes a connection that was idle for its five seconds, perhaps just now.
        if (call.reusedSocket && error.code === 'ECONNRESET') resolve(this.send(method, path, body));
        else reject(error);
      });
      call.end(body);
    });
  }

  /** @throws when the status is another than expected; the answer's body is in the message */
  async expect(status: number, method: string, path: string, body?: string): Promise<string> {
    const answer = await this.send(method, path, body);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${answer.body}`);
    }
    return answer.body;
  }

  /** Opens this many connections, so that none is opened in the timed part. */
  async warm(connections: number, path: string): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.expect(200, 'GET', path)));
  }

  close(): void {
    this.agent.destroy();
  }
}
