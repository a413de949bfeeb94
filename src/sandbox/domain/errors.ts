import { DomainError } from '../../kernel/domain-error.js';
import type { ConflictField } from './conflict.js';
import type { Sandbox } from './sandbox.js';

/** The active sandbox of this chat has other terms; nothing was started or stopped. */
export class SandboxConflictError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'sandbox_conflict';
  constructor(
    readonly active: Sandbox,
    readonly fields: readonly ConflictField[],
  ) {
    super(`the active sandbox differs in ${fields.join(',')}`);
  }
}

/** As many sandboxes are up as may be, and this chat has none. */
export class SandboxLimitReachedError extends DomainError {
  readonly kind = 'limit-reached';
  readonly code = 'sandbox_limit_reached';
  constructor(override readonly retryAfterSeconds: number) {
    super('sandbox.max_active sandboxes are up');
  }
}

/** The container could not be started, and nothing of it was left behind. */
export class SandboxStartFailedError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'sandbox_start_failed';
  /** @param reason the cause in the operator's words; the caller reads it */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }

  override get detail(): string {
    return `${this.code}: ${this.reason}`;
  }
}

/** The create waited for its turn longer than `sandbox.start_queue_timeout_seconds`. */
export class SandboxQueueTimeoutError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'sandbox_queue_timeout';
  override readonly retryAfterSeconds = 5;
}

/** An active sandbox had lost its address, and replacing it failed too. */
export class SandboxEndpointUnavailableError extends DomainError {
  readonly kind = 'internal';
  readonly code = 'sandbox_endpoint_unavailable';
}

/** The engine refused, timed out or could not be reached; the sweep tries again. */
export class SandboxDeleteFailedError extends DomainError {
  readonly kind = 'internal';
  readonly code = 'sandbox_delete_failed';
  override readonly isLogged = true;
}

export class SandboxNotFoundError extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'sandbox_not_found';
}

/** The engine did not answer, so nothing can be said about sandboxes right now. */
export class SandboxRuntimeUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'sandbox_runtime_unavailable';
}

/** The chat has a sandbox that is up, or one that is just coming up. */
export class SandboxActiveError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'sandbox_active';
}

/** The service is going down and takes no new work. */
export class ShuttingDownError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'shutting_down';
  override readonly retryAfterSeconds = 5;
}
