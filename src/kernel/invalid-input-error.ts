import { DomainError } from './domain-error.js';

/** A value that passed the shape checks but breaks a rule of the domain; answered like any validation error. */
export class InvalidInputError extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_input';

  /**
   * @param field the field of the request body, in snake_case
   * @param type a stable, snake_case word for the broken rule
   * @param message one sentence for the caller
   */
  constructor(
    readonly field: string,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}
