import { DomainError } from '../../kernel/domain-error.js';

export class WorkspaceNotFoundError extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'workspace_not_found';
}

export class ChatNotFoundError extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'chat_not_found';
}

/** Another workspace has a chat with this id. */
export class ChatConflictError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'chat_conflict';
}

/** What is asked for would take the content away under a sandbox that is up. */
export class ChatHasActiveSandboxError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'chat_has_active_sandbox';
}

/** The disk under the chats is full; nothing was changed. */
export class StorageFullError extends DomainError {
  readonly kind = 'out-of-space';
  readonly code = 'storage_full';
}

/** Chats were added again and again while the workspace was to be deleted; nothing was deleted. */
export class WorkspaceBusyError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'workspace_busy';
  override readonly retryAfterSeconds = 1;
}
