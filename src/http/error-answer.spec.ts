import { BadRequestException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { DomainError, type DomainErrorKind } from '../kernel/domain-error.js';
import { InvalidInputError } from '../kernel/invalid-input-error.js';
import { toAnswer } from './error-answer.js';
import { HttpError, RequestInvalidError } from './http-error.js';

class SomeError extends DomainError {
  readonly code = 'some_code';
  constructor(
    readonly kind: DomainErrorKind,
    override readonly retryAfterSeconds: number | null = null,
  ) {
    super('a message for the log alone');
  }
}

describe('toAnswer', () => {
  it.each([
    ['invalid', 422],
    ['not-found', 404],
    ['conflict', 409],
    ['limit-reached', 429],
    ['unavailable', 503],
    ['out-of-space', 507],
    ['internal', 500],
  ] as const)('answers a domain error that is %s with %d and its code alone', (kind, status) => {
    expect(toAnswer(new SomeError(kind), [])).toEqual({ status, detail: 'some_code', headers: {} });
  });

  it('says when to try again where that can be said', () => {
    expect(toAnswer(new SomeError('limit-reached', 7), []).headers).toEqual({ 'Retry-After': '7' });
    expect(toAnswer(new SomeError('limit-reached', 0), []).headers).toEqual({ 'Retry-After': '0' });
  });

  it('takes the detail of an error that adds a reason', () => {
    class Reasoned extends SomeError {
      override get detail(): string {
        return `${this.code}: image missing`;
      }
    }
    expect(toAnswer(new Reasoned('unavailable'), []).detail).toBe('some_code: image missing');
  });

  it('answers a broken rule of the domain like any validation error', () => {
    const error = new InvalidInputError('volume_host_path', 'path_refused', 'is outside');
    const detail = [{ loc: ['body', 'volume_host_path'], msg: 'is outside', type: 'path_refused' }];
    expect(toAnswer(error, [])).toEqual({ status: 422, detail, headers: {} });
  });

  it('answers an invalid request with all of its faults', () => {
    const faults = [
      { loc: ['query', 'limit'], msg: 'too big', type: 'max' },
      { loc: ['query', 'x'], msg: 'unknown field', type: 'extra_forbidden' },
    ];
    expect(toAnswer(new RequestInvalidError(faults), [])).toEqual({
      status: 422,
      detail: faults,
      headers: {},
    });
  });

  it('answers a broken convention with its own status, code and headers', () => {
    const error = new HttpError(415, 'unsupported_media_type', { 'X-Some': 'y' });
    expect(toAnswer(error, [])).toEqual({
      status: 415,
      detail: 'unsupported_media_type',
      headers: { 'X-Some': 'y' },
    });
  });

  it('tells an unknown route from a wrong method', () => {
    const error = new NotFoundException('Cannot GET /secret');
    expect(toAnswer(error, [])).toEqual({ status: 404, detail: 'not_found', headers: {} });
    expect(toAnswer(error, ['GET', 'HEAD'])).toEqual({
      status: 405,
      detail: 'method_not_allowed',
      headers: { Allow: 'GET, HEAD' },
    });
  });

  it('takes a path that cannot be decoded for a faulty one', () => {
    const answer = toAnswer(new BadRequestException("Failed to decode param '%'"), []);
    expect(answer).toMatchObject({ status: 422, detail: [{ loc: ['path'], type: 'url_encoding' }] });
  });

  it.each([
    ['an error of ours that is no domain error', new Error('/etc/passwd is missing')],
    ["an error of the framework's", new ForbiddenException('secret')],
    ['a text', 'secret'],
    ['nothing', undefined],
    ['null', null],
  ])('keeps to itself what %s says', (_, error) => {
    expect(toAnswer(error, ['GET'])).toEqual({ status: 500, detail: 'internal_error', headers: {} });
  });
});
