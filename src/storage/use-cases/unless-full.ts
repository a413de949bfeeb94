import { DomainError } from '../../kernel/domain-error.js';

/**
 * Waits for what only brings the database up to what is on disk: where the disk under it is full, that can be done later,
 * and is no reason to refuse a look at what is there, or a removal that has been made.
 * @returns the error, if that is why it was not done
 */
export async function unlessFull(recording: Promise<unknown>): Promise<DomainError | null> {
  try {
    await recording;
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'out-of-space') return error;
    throw error;
  }
}
