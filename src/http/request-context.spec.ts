import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { aRequest, RecordedResponse, type RequestFacts } from '../../test/fakes/http.js';
import { RecordingLogger } from '../../test/fakes/observability.js';
import { requestContext } from './request-context.js';

interface Ended {
  readonly id: string;
  readonly logger: RecordingLogger;
}

/** One request through the handler, to its end. */
function passed(facts: RequestFacts, answer: Partial<RecordedResponse> = {}, route?: string): Ended {
  const logger = new RecordingLogger();
  const response = Object.assign(new RecordedResponse(), { writableFinished: true, ...answer });
  const request: Request = aRequest(facts);
  void requestContext(logger)(request, response.asExpress, () => {
    logger.info('within');
    if (route !== undefined) Object.assign(request, { route: { path: route } });
  });
  response.emit('close');
  return { id: response.headers['X-Request-ID'] ?? '', logger };
}

describe('requestContext', () => {
  it.each(['a', 'x'.repeat(128), '!"#$%&/()=~', '3701cfe3-e05e-48af-8385-442dcd954ca2'])(
    'takes the id %j from the caller',
    (id) => {
      expect(passed({ headers: { 'x-request-id': id } }).id).toBe(id);
    },
  );

  it.each(['', ' ', 'a b', 'x'.repeat(129), 'a\tb', 'ä', 'a\u007f'])('makes one instead of %j', (id) => {
    expect(passed({ headers: { 'x-request-id': id } }).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('makes another for each request', () => {
    expect(passed({}).id).not.toBe(passed({}).id);
  });

  it('puts it into what is logged within', () => {
    const { id, logger } = passed({});
    expect(logger.fieldsOf('within')).toEqual([{ request_id: id }]);
  });

  it('logs the end, with the route and not the path', () => {
    const facts = { method: 'DELETE', path: '/api/v1/sandboxes/secret' };
    const { logger } = passed(facts, { statusCode: 404, headersSent: true }, '/api/v1/sandboxes/:chat_id');
    expect(logger.fieldsOf('http_request')).toMatchObject([
      { method: 'DELETE', route: '/api/v1/sandboxes/:chat_id', status: 404, duration_ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(logger.records)).not.toContain('secret');
  });

  it('says that a client went away', () => {
    const { logger } = passed({}, { writableFinished: false });
    expect(logger.fieldsOf('http_request')).toMatchObject([{ aborted: true }]);
  });

  it.each(['/livez', '/readyz', '/api/v1/health'])('keeps %s out of the log at level info', (path) => {
    const { logger } = passed({ path });
    expect(logger.events).toEqual(['within']);
  });
});
