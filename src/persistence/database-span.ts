import { DomainError } from '../kernel/domain-error.js';
import type { Tracer } from '../observability/ports/tracer.js';

/** Runs work on the database inside a span. What the work decides (not found, conflict) is no error of the database. */
export function inDatabaseSpan<R>(
  tracer: Tracer,
  operation: 'run' | 'transaction',
  system: 'sqlite' | 'postgresql',
  work: () => Promise<R>,
): Promise<R> {
  const attributes = { 'db.system.name': system, 'db.operation.name': operation };
  return tracer.span(`adapter.database.${operation}`, attributes, async (span) => {
    try {
      return await work();
    } catch (error) {
      if (!isDecision(error)) span.fail(error);
      throw error;
    }
  });
}

const isDecision = (error: unknown): boolean =>
  error instanceof DomainError && !['unavailable', 'out-of-space', 'internal'].includes(error.kind);
