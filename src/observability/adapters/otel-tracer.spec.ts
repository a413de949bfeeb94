import { SpanStatusCode, trace } from '@opentelemetry/api';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OtelTracer } from './otel-tracer.js';
import { redactionOf, textRedactionOf } from './redaction.js';

const SECRET = 'planted-secret';

/** Keeps what has ended. */
class EndedSpans implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];

  onStart(): void {
    // Of interest once it has ended.
  }

  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('OtelTracer', () => {
  let ended: EndedSpans;
  let tracer: OtelTracer;

  beforeEach(() => {
    trace.disable();
    ended = new EndedSpans();
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [ended] }));
    tracer = new OtelTracer(textRedactionOf(redactionOf([SECRET])));
  });
  afterAll(() => {
    trace.disable();
  });

  const failing = (...errors: unknown[]): Promise<void> =>
    tracer.span('failing', {}, (span) => {
      for (const error of errors) span.fail(error);
      return Promise.resolve();
    });

  it('tells of no secret that an error has in its message or stack', async () => {
    await failing(new Error(`connection to postgresql://user:other@host with ${SECRET} failed`));
    await failing(`said ${SECRET}`);
    for (const { status, events } of ended.spans) {
      expect(status).toMatchObject({ code: SpanStatusCode.ERROR });
      expect(JSON.stringify([status, events])).not.toMatch(/planted|user:other/);
      expect(events.map(({ name }) => name)).toEqual(['exception']);
    }
    expect(ended.spans[0]?.events[0]?.attributes).toMatchObject({
      'exception.type': 'Error',
      'exception.message': 'connection to postgresql://user:[redacted]@host with [redacted] failed',
    });
    expect(ended.spans[1]?.status.message).toBe('said [redacted]');
  });

  it('names an error by its code where it has one', async () => {
    await failing(Object.assign(new Error('no room'), { code: 'ENOSPC' }));
    expect(ended.spans[0]?.events[0]?.attributes).toMatchObject({ 'exception.type': 'ENOSPC' });
  });

  it('records an error where it arises, and marks the spans above', async () => {
    const error = new Error('broken');
    await tracer.span('outer', {}, async (span) => {
      await failing(error);
      span.fail(error);
    });
    expect(ended.spans.map(({ name, status, events }) => [name, status.code, events.length])).toEqual([
      ['failing', SpanStatusCode.ERROR, 1],
      ['outer', SpanStatusCode.ERROR, 0],
    ]);
  });

  it('knows an error again, also as the cause of another', async () => {
    const error = new Error('broken');
    const wrapped = new Error('wrapped', { cause: error });
    expect(tracer.hasFailedBy(wrapped)).toBe(false);
    await failing(error);
    expect([error, wrapped, new Error('broken'), null].map((each) => tracer.hasFailedBy(each))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('keeps nothing where there is no span', () => {
    const span = tracer.current();
    span.set({ key: 'value' });
    span.fail(new Error('broken'));
    expect(ended.spans).toEqual([]);
  });
});
