import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Request, Response } from 'express';
import { DomainError } from '../kernel/domain-error.js';
import { LOGGER, type Logger } from '../observability/ports/logger.js';
import { TRACER, type Tracer } from '../observability/ports/tracer.js';
import { allowedMethods } from './allowed-methods.js';
import { toAnswer } from './error-answer.js';
import { sendError } from './send-error.js';

/**
 * The one place where errors become answers. Unforeseen ones are logged here, and only here, and go on the request's span
 * unless one below it has failed by them.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly adapters: HttpAdapterHost,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const express = this.adapters.httpAdapter.getInstance<Express>();
    const answer = toAnswer(error, allowedMethods(express, request.path));
    const isLogged = error instanceof DomainError && error.isLogged;
    if (answer.status >= 500 && !isLogged)
      this.logger.warn('request_failed', { status: answer.status, err: error });
    if (answer.status >= 500 && !this.tracer.hasFailedBy(error)) this.tracer.current().fail(error);
    sendError(request, http.getResponse<Response>(), answer);
  }
}
