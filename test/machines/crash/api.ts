import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Service } from '../../support/service.js';

const TIMEOUT_MS = 120_000;
const PIECE_BYTES = 16 * 1024;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Buffer | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** In pieces, without saying how long it is. */
  readonly isChunked?: boolean;
}

/** What the clients of a machine see of the service. */
export class Api {
  /** From here on an answer may fail to come. */
  isDying = false;

  constructor(readonly service: Service) {}

  /** @returns null when the service died before it answered in full */
  async call({ method, path, body, headers = {}, isChunked = false }: Call): Promise<Answered | null> {
    const wasDying = this.isDying;
    const init = { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
    try {
      const response = await fetch(`${this.service.address}/api/v1${path}`, {
        ...init,
        ...(body === undefined ? {} : bodyOf(body, isChunked)),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    } catch (error) {
      if (wasDying || this.isDying) return null;
      throw new Error(`${method} ${path} failed though the service lived`, { cause: error });
    }
  }

  async read<T>(path: string): Promise<T> {
    const answer = await this.call({ method: 'GET', path });
    if (answer?.status !== 200) throw new Error(`GET ${path}: ${String(answer?.status)}`);
    return JSON.parse(answer.bytes.toString()) as T;
  }
}

function bodyOf(body: string | Buffer | FormData, isChunked: boolean): RequestInit & { duplex?: 'half' } {
  if (isChunked && !(body instanceof FormData)) {
    return { body: ReadableStream.from(inPieces(Buffer.from(body))), duplex: 'half' };
  }
  return { body: body instanceof Buffer ? new Uint8Array(body) : body };
}

async function* inPieces(body: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    yield body.subarray(at, at + PIECE_BYTES);
    await nextTurn();
  }
}

/** A form with the one file. */
export function formOf(name: string, content: Buffer, type: string): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(content)], { type }), name);
  return form;
}
