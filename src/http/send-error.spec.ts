import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aRequest, RecordedResponse, type RequestFacts } from '../../test/fakes/http.js';
import { sendError } from './send-error.js';

const ANSWER = { status: 413, detail: 'payload_too_large', headers: { 'X-Some': 'y' } };
const BODY = '{"detail":"payload_too_large"}';

describe('sendError', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const answerTo = (facts: RequestFacts): RecordedResponse => {
    const response = new RecordedResponse();
    sendError(aRequest(facts), response.asExpress, ANSWER);
    return response;
  };

  it('answers with status, code and headers, as JSON of a known length', () => {
    const response = answerTo({});
    expect([response.statusCode, response.text, response.writableFinished]).toEqual([413, BODY, true]);
    expect(response.headers).toEqual({
      'X-Some': 'y',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(BODY.length),
    });
  });

  it('has no body for HEAD, and the length that it would have', () => {
    const response = answerTo({ method: 'HEAD' });
    expect([response.text, response.headers['Content-Length']]).toEqual(['', String(BODY.length)]);
  });

  it('cannot answer twice, and cuts the connection instead', () => {
    const response = new RecordedResponse();
    response.headersSent = true;
    sendError(aRequest(), response.asExpress, ANSWER);
    expect([response.isDestroyed, response.text]).toEqual([true, '']);
  });

  describe('while the client still sends', () => {
    const sending = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } };

    it('answers at once, drains what comes, and then closes', async () => {
      const response = answerTo({ ...sending, body: ['a', 'b'] });
      expect([response.text, response.headers.Connection, response.writableFinished]).toEqual([
        BODY,
        'close',
        false,
      ]);
      await jest.advanceTimersByTimeAsync(1);
      expect(response.writableFinished).toBe(true);
    });

    it('does not drain without end', async () => {
      const request = aRequest({
        ...sending,
        body: Array.from({ length: 20 }, () => Buffer.alloc(1024 * 1024)),
      });
      const response = new RecordedResponse();
      sendError(request, response.asExpress, ANSWER);
      await jest.advanceTimersByTimeAsync(1);
      expect(response.writableFinished).toBe(true);
      expect([request.readableEnded, request.isPaused()]).toEqual([false, true]);
    });

    it('does not wait without end for what does not come', async () => {
      const request = aRequest({ ...sending, body: ['a'] });
      request.push = () => true;
      request._read = () => undefined;
      const response = new RecordedResponse();
      sendError(request, response.asExpress, ANSWER);
      await jest.advanceTimersByTimeAsync(5000);
      expect(response.writableFinished).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
