import { describe, expect, it } from '@jest/globals';
import { ChatNotFoundError, StorageFullError } from '../domain/errors.js';
import { unlessFull } from './unless-full.js';

describe('what brings the database up to date', () => {
  it('is done', async () => {
    expect(await unlessFull(Promise.resolve())).toBeNull();
  });

  it('is left for later where the disk is full', async () => {
    const full = new StorageFullError();
    expect(await unlessFull(Promise.reject(full))).toBe(full);
  });

  it.each([new ChatNotFoundError(), new Error('a fault of ours')])(
    'fails as it does else: %s',
    async (error) => {
      await expect(unlessFull(Promise.reject(error))).rejects.toBe(error);
    },
  );
});
