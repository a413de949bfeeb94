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

export class ChatFileNotFoundError extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'chat_file_not_found';
}

/** Something bears the name: a file that is not to be replaced, or whatever keeps taking the name back. */
export class ChatFileExistsError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'chat_file_exists';
}

export class InvalidAttachmentNameError extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_attachment_name';
}

/** The service itself uses the name. */
export class ReservedAttachmentNameError extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'reserved_attachment_name';
}

/** What is brought would take the workspace over its quota; nothing of it is kept. */
export class WorkspaceQuotaExceededError extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'workspace_quota_exceeded';
}

/** More than one file, or one history, may hold. */
export class PayloadTooLargeError extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'payload_too_large';
}

/** A history that is no UTF-8. */
export class InvalidEncodingError extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_encoding';
}

/** The history is not, or no longer, the one that the caller has seen. */
export class HistoryChangedError extends DomainError {
  readonly kind = 'precondition-failed';
  readonly code = 'history_changed';
}

/** Something keeps taking the history's name back. */
export class HistoryBusyError extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'history_busy';
}
