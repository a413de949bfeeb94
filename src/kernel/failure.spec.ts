import { describe, expect, it } from '@jest/globals';
import { DomainError, type DomainErrorKind } from './domain-error.js';
import { isFailure, ofCaller } from './failure.js';

class KnownError extends DomainError {
  readonly code = 'known';
  constructor(readonly kind: DomainErrorKind) {
    super('known');
  }
}

async function* breakingOff(error: unknown): AsyncGenerator<number> {
  yield await Promise.resolve(1);
  throw error;
}

describe('isFailure', () => {
  it.each([
    ['unavailable', true],
    ['out-of-space', true],
    ['internal', true],
    ['invalid', false],
    ['not-found', false],
    ['conflict', false],
    ['precondition-failed', false],
    ['too-large', false],
    ['limit-reached', false],
  ] as const)('takes what is %s for one: %s', (kind, expected) => {
    expect(isFailure(new KnownError(kind))).toBe(expected);
  });

  it('takes everything unforeseen for one', () => {
    expect([new Error('EIO'), 'no error', null].map(isFailure)).toEqual([true, true, true]);
  });

  it("does not take for one what a caller's source has thrown, and that alone", async () => {
    const error = new Error('gone');
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const each of ofCaller(breakingOff(error))) seen.push(each);
    };
    await expect(reading()).rejects.toBe(error);
    expect([seen, isFailure(error), isFailure(new Error('gone'))]).toEqual([[1], false, true]);
  });

  it('lets go of a source that is not read to its end', async () => {
    let hasLetGo = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield await Promise.resolve(1);
      } finally {
        hasLetGo = true;
      }
    }
    for await (const each of ofCaller(endless())) if (each === 1) break;
    expect(hasLetGo).toBe(true);
  });
});
