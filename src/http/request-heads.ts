import type { Request, RequestHandler } from 'express';
import type { ErrorAnswer } from './error-answer.js';
import { sendError } from './send-error.js';

/** Fields of a request's head; browsers and proxies send up to about 40. Node by itself drops what is over its own limit. */
export const MAX_HEADER_FIELDS = 100;

const TOO_MANY_FIELDS: ErrorAnswer = { status: 431, detail: 'headers_too_large', headers: {} };
const MALFORMED: ErrorAnswer = { status: 400, detail: 'malformed_request', headers: {} };

const NOT_HTTP_1: ErrorAnswer = { status: 505, detail: 'http_version_not_supported', headers: {} };

/**
 * Refuses heads that Node would let pass, and that can be read in two ways: of another version than 1.0 and 1.1 (505
 * `http_version_not_supported`), with more fields than are read (431 `headers_too_large`), with no host or with several
 * (400 `malformed_request`; RFC 9112, section 3.2). HTTP/1.0 needs no host.
 */
export const soundHeads: RequestHandler = (request, response, next) => {
  const fault = faultOf(request);
  if (fault === null) {
    next();
    return;
  }
  response.set('Connection', 'close');
  sendError(request, response, fault);
};

function faultOf(request: Request): ErrorAnswer | null {
  if (request.httpVersionMajor !== 1) return NOT_HTTP_1;
  if (request.rawHeaders.length > MAX_HEADER_FIELDS * 2) return TOO_MANY_FIELDS;
  const hosts = valuesOf(request, 'host').length;
  return hosts === 1 || (hosts === 0 && request.httpVersionMinor === 0) ? null : MALFORMED;
}

/** Every value that was sent under the name, where Node would join them or keep the first. @param name in lower case */
export function valuesOf({ rawHeaders }: Request, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index];
    if (field?.length === name.length && field.toLowerCase() === name)
      values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
