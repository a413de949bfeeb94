import { type ArgumentsHost, NotFoundException } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { aRequest, RecordedResponse } from '../../test/fakes/http.js';
import { RecordingLogger } from '../../test/fakes/observability.js';
import { DomainError } from '../kernel/domain-error.js';
import { ErrorFilter } from './error.filter.js';

class KnownError extends DomainError {
  readonly kind = 'internal';
  readonly code = 'known';
  constructor(override readonly isLogged: boolean) {
    super('for the log');
  }
}

/** One error through the filter, at a path that takes GET. */
function caught(error: unknown): { response: RecordedResponse; logger: RecordingLogger } {
  const app = express().get('/items', (_request, response) => response.end());
  const adapters = { httpAdapter: { getInstance: () => app } } as unknown as HttpAdapterHost;
  const logger = new RecordingLogger();
  const response = new RecordedResponse();
  const request = aRequest({ method: 'PATCH', path: '/items' });
  const http = { getRequest: () => request, getResponse: () => response };
  new ErrorFilter(adapters, logger).catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return { response, logger };
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

  it('tells which methods a path has, and logs nothing of it', () => {
    const { response, logger } = caught(new NotFoundException());
    expect([response.statusCode, response.headers.Allow]).toEqual([405, 'GET, HEAD']);
    expect(logger.records).toEqual([]);
  });
});
