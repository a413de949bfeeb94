import { isUtf8 } from 'node:buffer';
import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { Request } from 'express';
import rawBody from 'raw-body';
import { inTime } from '../kernel/in-time.js';
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
  const bytes = await inTime(readBytes(request), timeoutMs, timedOut);
  return bytes.length === 0 ? withoutBody(isOptional) : parse(bytes);
}

function withoutBody(isOptional: boolean): unknown {
  if (isOptional) return {};
  throw missing();
}

const missing = (): RequestInvalidError =>
  new RequestInvalidError([{ loc: ['body'], msg: 'field required', type: 'missing' }]);

/** The connection is then closed behind the answer. */
const timedOut = (): never => {
  throw new HttpError(408, 'request_timeout');
};

async function readBytes(request: Request): Promise<Buffer> {
  try {
    return await rawBody(request, { limit: MAX_BYTES, length: request.headers['content-length'] ?? null });
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? error.type : null;
    if (type === 'entity.too.large') throw new HttpError(413, 'payload_too_large');
    // The client went away or sent less than it had announced.
    throw new HttpError(400, 'malformed_json');
  }
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HttpError(400, 'malformed_json');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HttpError(400, 'malformed_json');
  }
}
