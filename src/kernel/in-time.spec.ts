import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { endsInTime, inTime } from './in-time.js';

const forever = new Promise<never>(() => undefined);

describe('inTime', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('gives what the work gives in time, or throws what that throws', async () => {
    expect(await inTime(Promise.resolve(7), 10, () => 'late')).toBe(7);
    await expect(inTime(Promise.reject(new Error('broken')), 10, () => 'late')).rejects.toThrow('broken');
    expect(await endsInTime(Promise.resolve(), 10)).toBe(true);
  });

  it('waits no longer', async () => {
    const given = inTime(forever, 10, () => 'late');
    const ended = endsInTime(forever, 10);
    const thrown = inTime(forever, 10, () => {
      throw new Error('late');
    });
    const expected = expect(thrown).rejects.toThrow('late');
    await jest.advanceTimersByTimeAsync(10);
    expect([await given, await ended]).toEqual(['late', false]);
    await expected;
  });

  it('lets nobody hear of what is thrown later', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const given = inTime(promise, 10, () => 'late');
    await jest.advanceTimersByTimeAsync(10);
    reject(new Error('too late'));
    expect(await given).toBe('late');
  });
});
