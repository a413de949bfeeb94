import { StorageFullError } from '../../domain/errors.js';

/** What says that the disk, or what its user may have of it, is full. */
export const FULL = ['ENOSPC', 'EDQUOT'];

/** The system's name of what went wrong; empty for what did not come from the system. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Gives what the work gives; null where it fails with one of these codes. */
export async function nullOn<T>(codes: readonly string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(codeOf(error))) return null;
    throw error;
  }
}

/** How often it is met that what was just there is taken away. */
const MAX_TRIES = 20;

/** Begins the work again when something on its way was taken away meanwhile, a directory by the deletion of its chat. */
export async function againWhenGone<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
    }
  }
}

/** @throws StorageFullError where the work finds the disk, or what its user may have of it, full */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw FULL.includes(codeOf(error))
      ? new StorageFullError('the disk of the chats is full', { cause: error })
      : error;
  }
}
