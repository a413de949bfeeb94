import { type ArgumentsHost, NotFoundException } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { aRequest, RecordedResponse } from '../../test/fakes/http.js';
import { RecordingLogger, RecordingTracer } from '../../test/fakes/observability.js';
import { DomainError } from '../kernel/domain-error.js';
import { ErrorFilter } from './error.filter.js';

class KnownError extends DomainError {
  readonly kind = 'internal';
  readonly code = 'known';
  constructor(override readonly isLogged: boolean) {
    super('for the log');
  }
}

interface Caught {
  readonly response: RecordedResponse;
  readonly logger: RecordingLogger;
  readonly tracer: RecordingTracer;
}

/** One error through the filter, at a path that takes GET. */
function caught(error: unknown, tracer = new RecordingTracer()): Caught {
  const app = express().get('/items', (_request, response) => response.end());
  const adapters = { httpAdapter: { getInstance: () => app } } as unknown as HttpAdapterHost;
  const logger = new RecordingLogger();
  const response = new RecordedResponse();
  const request = aRequest({ method: 'PATCH', path: '/items' });
  const http = { getRequest: () => request, getResponse: () => response };
  const host = { switchToHttp: () => http } as unknown as ArgumentsHost;
  new ErrorFilter(adapters, logger, tracer).catch(error, host);
  return { response, logger, tracer };
}

describe('ErrorFilter', () => {
  it('answers an unforeseen error without its words, and logs it once', () => {
    const error = new Error('/etc/shadow');
    const { response, logger } = caught(error);
    expect([response.statusCode, response.text]).toEqual([500, '{"detail":"internal_error"}']);
    expect(logger.fieldsOf('request_failed')).toEqual([{ status: 500, err: error }]);
  });

  it.each([
    [true, 0],
    [false, 1],
  ])('does not log twice what the log knows already: %s', (isLogged, records) => {
    const { response, logger } = caught(new KnownError(isLogged));
    expect(response.text).toBe('{"detail":"known"}');
    expect(logger.records).toHaveLength(records);
  });

  it("puts an unforeseen error on the request's span", () => {
    const error = new TypeError('of undefined');
    expect(caught(error).tracer.request.error).toBe(error);
  });

  it('puts none there that a span below has failed by, as it is or as the cause of another', async () => {
    const tracer = new RecordingTracer();
    const error = new Error('broken');
    await tracer.span('below', {}, (span) => {
      span.fail(error);
      return Promise.resolve();
    });
    caught(error, tracer);
    caught(new Error('wrapped', { cause: error }), tracer);
    expect(tracer.request.error).toBeNull();
  });

  it('puts none there that is an answer', () => {
    expect(caught(new NotFoundException()).tracer.request.error).toBeNull();
  });

  it('tells which methods a path has, and logs nothing of it', () => {
    const { response, logger } = caught(new NotFoundException());
    expect([response.statusCode, response.headers.Allow]).toEqual([405, 'GET, HEAD']);
    expect(logger.records).toEqual([]);
  });
});
