import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refusal } from './refusal.js';

/** Of an answer that is looked into; an inspection has some kilobytes. */
const MAX_LOOKED_INTO_BYTES = 4 * 1024 * 1024;

/** One request to the engine, made anew from what was allowed. */
export interface UpstreamCall {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Bytes are sent as a tar archive, anything else as JSON; undefined: none. */
  readonly body?: unknown;
}

/** A whole answer. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly text: string;
}

/** What comes of asking for a connection that goes both ways. */
export type BothWays =
  { readonly connection: Duplex } | { readonly connection: null; readonly response: IncomingMessage };

/** The engine's own socket. Every request ends with its signal. */
export class EngineUpstream {
  constructor(private readonly socketPath: string) {}

  /** @returns the answer once its head has come. @throws Refusal (502, 504) when none comes */
  open(call: UpstreamCall, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.send(call, signal, { Connection: 'close' });
      sent.once('response', resolve);
      // Also behind the answer's head, where the answer itself tells it on.
      sent.on('error', (error) => reject(toRefusal(error, signal)));
    });
  }

  /**
   * @returns a connection that goes both ways, which the signal does not end any more; the answer where the engine does not
   *   grant one
   * @throws Refusal (502, 504)
   */
  openBothWays(call: UpstreamCall, signal: AbortSignal): Promise<BothWays> {
    return new Promise((resolve, reject) => {
      const sent = this.send(call, signal, { Connection: 'Upgrade', Upgrade: 'tcp' });
      sent.once('response', (response) => resolve({ connection: null, response }));
      sent.once('upgrade', (_, connection: Duplex, head: Buffer) => {
        if (head.length > 0) connection.unshift(head);
        resolve({ connection });
      });
      sent.on('error', (error) => reject(toRefusal(error, signal)));
    });
  }

  private send(
    { method, path, query = {}, body }: UpstreamCall,
    signal: AbortSignal,
    connectionHeaders: Readonly<Record<string, string>>,
  ): ClientRequest {
    const search = new URLSearchParams(query).toString();
    const content = Buffer.isBuffer(body)
      ? body
      : Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const headers = {
      Host: 'docker',
      ...connectionHeaders,
      // For requests without a body too, or Node would send one in chunks.
      'Content-Length': String(content.length),
      ...(body === undefined
        ? {}
        : { 'Content-Type': Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json' }),
    };
    const target = search === '' ? path : `${path}?${search}`;
    const options = { socketPath: this.socketPath, method, path: target, headers, signal, agent: false };
    return request(options).end(content);
  }

  /** @throws Refusal (502, 504) */
  async ask(call: UpstreamCall, signal: AbortSignal): Promise<UpstreamAnswer> {
    const response = await this.open(call, signal);
    try {
      const text = await textOf(response, MAX_LOOKED_INTO_BYTES);
      return { status: response.statusCode ?? 502, text };
    } catch (error) {
      throw toRefusal(error, signal);
    }
  }
}

/** The body as text. @throws Refusal (413) when it is longer; what is left of it is not read */
export async function textOf(message: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed where it is too long: a client would then have no answer.
  const source: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Refusal(413, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toRefusal(error: unknown, signal: AbortSignal): Refusal {
  if (error instanceof Refusal) return error;
  if (signal.aborted) return new Refusal(504, 'the engine has not answered in time');
  const reason = error instanceof Error ? error.message : String(error);
  return new Refusal(502, `the engine cannot be reached: ${reason}`);
}
