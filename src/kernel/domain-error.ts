/** What went wrong, in terms of the domain; `http/error-answer.ts` gives each kind its status. */
export type DomainErrorKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'precondition-failed'
  | 'too-large'
  | 'limit-reached'
  | 'unavailable'
  | 'out-of-space'
  | 'internal';

/** A failure that the caller is told about by a stable, snake_case code. */
export abstract class DomainError extends Error {
  abstract readonly kind: DomainErrorKind;
  abstract readonly code: string;
  /** Seconds after which the same call is worth trying again, when that can be said. */
  readonly retryAfterSeconds: number | null = null;

  /** Whether the log knows of it already, under a name of its own. */
  readonly isLogged: boolean = false;

  /** What the caller reads; the code alone unless a subclass adds a reason that is fit for strangers. */
  get detail(): string {
    return this.code;
  }
}
