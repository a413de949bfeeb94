import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Refusal } from './refusal.js';

/** Of an answer that is looked into; an inspection has some kilobytes. */
const MAX_LOOKED_INTO_BYTES = 4 * 1024 * 1024;

/** One request to the engine, made anew from what was allowed. */
export interface UpstreamCall {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined: none. */
  readonly body?: unknown;
}

/** A whole answer. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly text: string;
}

/** The engine's own socket. Every request ends with its signal. */
export class EngineUpstream {
  constructor(private readonly socketPath: string) {}

  /** @returns the answer once its head has come. @throws Refusal (502, 504) when none comes */
  open({ method, path, query = {}, body }: UpstreamCall, signal: AbortSignal): Promise<IncomingMessage> {
    const search = new URLSearchParams(query).toString();
    const content = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      Host: 'docker',
      Connection: 'close',
      // For requests without a body too, or Node would send one in chunks.
      'Content-Length': String(Buffer.byteLength(content)),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const target = search === '' ? path : `${path}?${search}`;
    return new Promise((resolve, reject) => {
      const call: ClientRequest = request({
        socketPath: this.socketPath,
        method,
        path: target,
        headers,
        signal,
        agent: false,
      });
      call.once('response', resolve);
      // Also behind the answer's head, where the answer itself tells it on.
      call.on('error', (error) => reject(toRefusal(error, signal)));
      call.end(content);
    });
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
