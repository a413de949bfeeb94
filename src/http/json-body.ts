import { isUtf8 } from 'node:buffer';
import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { Request } from 'express';
import rawBody, { type RawBodyError } from 'raw-body';
import { HttpError, RequestInvalidError } from './http-error.js';

const MAX_BYTES = 64 * 1024;

/** For a whole body: 2 KiB a second fill it. Whoever is slower holds a connection for nothing. */
const TIMEOUT_MS = 30_000;

const JSON_TYPE = /^application\/json *(; *charset="?utf-?8"? *)?$/i;

/**
 * Reads the body as JSON, on the routes that ask for it: after the middleware has let the request in, and never on a route
 * that streams its body. In the place of a guard, which comes before the pipes too, and costs a good part less than an
 * interceptor, for whose sake Nest makes the whole call an Observable.
 */
@Injectable()
export class JsonBodyReader implements CanActivate {
  /**
   * @param isOptional whether a request without a body is one whose body is `{}`
   * @param timeoutMs for the body to come; 408 `request_timeout` beyond
   */
  constructor(
    private readonly isOptional = false,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<Request>();
    request.body = await readJson(request, this.isOptional, this.timeoutMs);
    return true;
  }
}

/** A route that takes a JSON body of up to 64 KiB. */
export const JsonBody = ({ isOptional = false } = {}): MethodDecorator =>
  applyDecorators(UseGuards(new JsonBodyReader(isOptional)));

async function readJson(request: Request, isOptional: boolean, timeoutMs: number): Promise<unknown> {
  const { headers } = request;
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (isEmpty && headers['content-type'] === undefined) return withoutBody(isOptional);
  if (
    !JSON_TYPE.test(headers['content-type'] ?? '') ||
    (headers['content-encoding'] ?? 'identity') !== 'identity'
  ) {
    throw new HttpError(415, 'unsupported_media_type');
  }
  const bytes = await readBytes(request, timeoutMs);
  return bytes.length === 0 ? withoutBody(isOptional) : parse(bytes);
}

function withoutBody(isOptional: boolean): unknown {
  if (isOptional) return {};
  throw missing();
}

const missing = (): RequestInvalidError =>
  new RequestInvalidError([{ loc: ['body'], msg: 'field required', type: 'missing' }]);

/** What comes too late is of no interest to anybody; the connection is then closed behind the answer. */
function readBytes(request: Request, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => reject(new HttpError(408, 'request_timeout')), timeoutMs);
  const length = request.headers['content-length'] ?? null;
  rawBody(request, { limit: MAX_BYTES, length }, (error: RawBodyError | null, bytes: Buffer) => {
    clearTimeout(timer);
    if (error === null) resolve(bytes);
    else reject(toHttpError(error));
  });
  return promise;
}

/** Else, the client went away or sent less than it had announced. */
const toHttpError = ({ type }: RawBodyError): HttpError =>
  type === 'entity.too.large'
    ? new HttpError(413, 'payload_too_large')
    : new HttpError(400, 'malformed_json');

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HttpError(400, 'malformed_json');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HttpError(400, 'malformed_json');
  }
}
