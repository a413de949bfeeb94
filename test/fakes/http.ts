import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Request, RequestHandler, Response } from 'express';

export interface RequestFacts {
  readonly method?: string;
  readonly path?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** As they were sent, where `headers` do not tell. */
  readonly rawHeaders?: readonly string[];
  readonly httpVersion?: `${number}.${number}`;
  /** Where it comes from. */
  readonly ip?: string;
  /** Pieces of a body that the handler may read. */
  readonly body?: readonly (string | Buffer)[];
}

/** What Express would hand on, as far as handlers look at it. */
export function aRequest({
  method = 'GET',
  path = '/',
  headers = {},
  rawHeaders = Object.entries(headers).flat(),
  httpVersion = '1.1',
  ip = '127.0.0.1',
  body = [],
}: RequestFacts = {}): Request {
  const stream = Readable.from(body.map((chunk) => Buffer.from(chunk)));
  const get = (name: string): string | undefined => headers[name.toLowerCase()];
  return Object.assign(stream, {
    method,
    path,
    headers,
    rawHeaders,
    httpVersionMajor: Number(httpVersion.split('.')[0]),
    httpVersionMinor: Number(httpVersion.split('.')[1]),
    ip,
    get,
    complete: body.length === 0,
  }) as unknown as Request;
}

/** Keeps what was answered. */
export class RecordedResponse extends EventEmitter {
  statusCode = 200;
  readonly headers: Record<string, string> = {};
  text = '';
  headersSent = false;
  writableFinished = false;
  isDestroyed = false;

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  set(name: string | Record<string, string>, value = ''): this {
    Object.assign(this.headers, typeof name === 'string' ? { [name]: value } : name);
    return this;
  }

  setHeader(name: string, value: string): this {
    return this.set(name, value);
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  end(text = ''): this {
    this.text += text;
    this.headersSent = true;
    this.writableFinished = true;
    return this;
  }

  destroy(): this {
    this.isDestroyed = true;
    return this;
  }

  get asExpress(): Response {
    return this as unknown as Response;
  }
}

export interface Handled {
  readonly hasPassed: boolean;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts one request through a handler. */
export function handledBy(handler: RequestHandler, facts: RequestFacts): Handled {
  const response = new RecordedResponse();
  let hasPassed = false;
  void handler(aRequest(facts), response.asExpress, () => {
    hasPassed = true;
  });
  const { statusCode: status, text, headers } = response;
  return { hasPassed, status, body: text === '' ? null : (JSON.parse(text) as unknown), headers };
}
