import { isFailure } from '../../kernel/failure.js';
import type { Span, SpanAttributes, Tracer } from './tracer.js';

type Work<T> = (span: Span) => Promise<T>;

/**
 * A use case inside its span, `usecase.<name>`, which is marked by whatever fails in it or below. What it decides, such as
 * a full quota, and what a caller's own bytes come to is no failure.
 */
export function inUseCaseSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: SpanAttributes,
  work: Work<T>,
): Promise<T> {
  return within(tracer, `usecase.${name}`, attributes, work, isFailure);
}

/** Work of an adapter inside its span, `adapter.<name>`, which is marked by what fails in it and in no span below. */
export function inAdapterSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: SpanAttributes,
  work: Work<T>,
): Promise<T> {
  const isOwn = (error: unknown): boolean => isFailure(error) && !tracer.hasFailedBy(error);
  return within(tracer, `adapter.${name}`, attributes, work, isOwn);
}

function within<T>(
  tracer: Tracer,
  name: string,
  attributes: SpanAttributes,
  work: Work<T>,
  isMarking: (error: unknown) => boolean,
): Promise<T> {
  return tracer.span(name, attributes, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      if (isMarking(error)) span.fail(error);
      throw error;
    }
  });
}
