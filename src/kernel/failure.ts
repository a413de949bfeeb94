import { DomainError, type DomainErrorKind } from './domain-error.js';

/** Kinds that say that something does not work; all others are answers that the domain decides on. */
const FAILING: readonly DomainErrorKind[] = ['unavailable', 'out-of-space', 'internal'];

const ofCallers = new WeakSet();

/**
 * Whether the error says that the service, or what it stands on, has failed: neither an answer that was decided on, such
 * as a conflict or a full quota, nor what a caller's own bytes came to.
 */
export function isFailure(error: unknown): boolean {
  if (error instanceof DomainError) return FAILING.includes(error.kind);
  return !(error instanceof Error && ofCallers.has(error));
}

/** The same bytes; what the source throws is the caller's doing from here on: it has left, or sent what is malformed. */
export async function* ofCaller<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof Error) ofCallers.add(error);
    throw error;
  }
}
