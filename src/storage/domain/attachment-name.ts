import { InvalidAttachmentNameError, ReservedAttachmentNameError } from './errors.js';

/** The file that holds a chat's history, beside its attachments. */
export const HISTORY_NAME = 'history.md';

/** NAME_MAX of Linux's file systems, in bytes. */
const MAX_BYTES = 255;

/**
 * What no name may contain: separators of this and other systems, control characters (C0, DEL, C1), and those
 * that turn the direction of text around (Unicode Standard Annex #9), which make a name look like another. A lone surrogate is no character and has no UTF-8.
 */
const FORBIDDEN = /[/\\\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/**
 * Whether an attachment may bear the name. Names are compared as bytes: no two that are accepted become one.
 * @throws InvalidAttachmentNameError, ReservedAttachmentNameError
 */
export function assertAttachmentName(name: string): void {
  if (!isWellFormed(name)) throw new InvalidAttachmentNameError();
  if (name === HISTORY_NAME) throw new ReservedAttachmentNameError();
}

/** Whether a file that the sandbox wrote under this name is shown as an attachment. */
export const isAttachmentName = (name: string): boolean => name !== HISTORY_NAME && isWellFormed(name);

const isWellFormed = (name: string): boolean =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  !FORBIDDEN.test(name) &&
  new TextEncoder().encode(name).length <= MAX_BYTES;
