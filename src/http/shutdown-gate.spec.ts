import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aRequest, handledBy, RecordedResponse } from '../../test/fakes/http.js';
import { ShutdownGate } from './shutdown-gate.js';

describe('ShutdownGate', () => {
  let gate: ShutdownGate;

  beforeEach(() => {
    jest.useFakeTimers();
    gate = new ShutdownGate();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Lets a request in that is answered when the test says so. */
  function letIn(): RecordedResponse {
    const response = new RecordedResponse();
    void gate.handler(aRequest({ path: '/api/v1/create' }), response.asExpress, () => undefined);
    return response;
  }

  async function hasEnded(end: Promise<void>): Promise<boolean> {
    let isDone = false;
    void end.then(() => (isDone = true));
    await jest.advanceTimersByTimeAsync(0);
    return isDone;
  }

  it('lets everything pass until the shutdown begins', () => {
    expect(handledBy(gate.handler, { path: '/api/v1/create' }).hasPassed).toBe(true);
  });

  it('refuses new work from then on, and says when to try again', () => {
    gate.onModuleDestroy();
    expect(handledBy(gate.handler, { path: '/api/v1/create' })).toMatchObject({
      hasPassed: false,
      status: 503,
      body: { detail: 'shutting_down' },
      headers: { 'Retry-After': '5', Connection: 'close' },
    });
  });

  it.each(['/livez', '/readyz', '/api/v1/health'])('still answers at %s', (path) => {
    gate.onModuleDestroy();
    expect(handledBy(gate.handler, { path }).hasPassed).toBe(true);
  });

  it('waits for every request that is under way', async () => {
    const responses = [letIn(), letIn()];
    gate.onModuleDestroy();
    const end = gate.beforeApplicationShutdown();
    expect(await hasEnded(end)).toBe(false);
    responses[0]?.emit('close');
    expect(await hasEnded(end)).toBe(false);
    responses[1]?.emit('close');
    expect(await hasEnded(end)).toBe(true);
  });

  it('does not wait where nothing is under way', async () => {
    letIn().emit('close');
    gate.onModuleDestroy();
    expect(await hasEnded(gate.beforeApplicationShutdown())).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits for less than the 10 s of `docker stop` in all, however many wait one after the other', async () => {
    letIn();
    gate.onModuleDestroy();
    const beganMs = performance.now();
    const end = gate.beforeApplicationShutdown();
    while (!(await hasEnded(end))) await jest.advanceTimersByTimeAsync(100);
    expect(await hasEnded(gate.drain(new Promise(() => undefined)))).toBe(true);
    expect(performance.now() - beganMs).toBeLessThan(9000);
  });
});
