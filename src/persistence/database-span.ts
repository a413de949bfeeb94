import { inAdapterSpan } from '../observability/ports/spans.js';
import type { Tracer } from '../observability/ports/tracer.js';

/** Runs work on the database inside a span: what it decides, and what the disk fails at meanwhile, does not mark it. */
export function inDatabaseSpan<R>(
  tracer: Tracer,
  operation: 'run' | 'transaction',
  system: 'sqlite' | 'postgresql',
  work: () => Promise<R>,
): Promise<R> {
  const attributes = { 'db.system.name': system, 'db.operation.name': operation };
  return inAdapterSpan(tracer, `database.${operation}`, attributes, work);
}
