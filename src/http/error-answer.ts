import { BadRequestException, NotFoundException } from '@nestjs/common';
import { DomainError, type DomainErrorKind } from '../kernel/domain-error.js';
import { InvalidInputError } from '../kernel/invalid-input-error.js';
import { HttpError, type RequestFault, RequestInvalidError } from './http-error.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly detail: string | readonly RequestFault[];
  readonly headers: Readonly<Record<string, string>>;
}

const STATUS: Record<DomainErrorKind, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  'too-large': 413,
  'limit-reached': 429,
  unavailable: 503,
  'out-of-space': 507,
  internal: 500,
};

/**
 * What the caller is told of an error. Whatever is not meant for callers becomes `internal_error`.
 * @param allowedMethods those that the requested path would have; for a path without a matching route
 */
export function toAnswer(error: unknown, allowedMethods: readonly string[]): ErrorAnswer {
  if (error instanceof InvalidInputError) {
    return answer(422, [{ loc: ['body', error.field], msg: error.message, type: error.type }]);
  }
  if (error instanceof DomainError) {
    const seconds = error.retryAfterSeconds;
    return answer(
      STATUS[error.kind],
      error.detail,
      seconds === null ? {} : { 'Retry-After': String(seconds) },
    );
  }
  if (error instanceof RequestInvalidError) return answer(422, error.faults);
  if (error instanceof HttpError) return answer(error.status, error.code, error.headers);
  if (error instanceof NotFoundException) {
    return allowedMethods.length === 0
      ? answer(404, 'not_found')
      : answer(405, 'method_not_allowed', { Allow: allowedMethods.join(', ') });
  }
  if (error instanceof BadRequestException) {
    // Express's own, and the only one: a path parameter that is no valid percent-encoding.
    return answer(422, [{ loc: ['path'], msg: 'must be percent-encoded UTF-8', type: 'url_encoding' }]);
  }
  return answer(500, 'internal_error');
}

const answer = (
  status: number,
  detail: ErrorAnswer['detail'],
  headers: ErrorAnswer['headers'] = {},
): ErrorAnswer => ({ status, detail, headers });
