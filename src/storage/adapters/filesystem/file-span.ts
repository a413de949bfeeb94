import { inAdapterSpan } from '../../../observability/ports/spans.js';
import type { Span, SpanAttributes, Tracer } from '../../../observability/ports/tracer.js';

/** One step of work on the disk, inside a span that bears its failure. Names and contents of files never go into it. */
export const inFileSpan = <T>(
  tracer: Tracer,
  operation: string,
  attributes: SpanAttributes,
  work: (span: Span) => Promise<T>,
): Promise<T> => inAdapterSpan(tracer, `files.${operation}`, attributes, work);

export const ofChat = (chatId: string): SpanAttributes => ({ 'chat.id': chatId });
