import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TimeBudget } from './time-budget.js';

describe('TimeBudget', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('shrinks as time goes by and never falls below nothing', () => {
    const budget = new TimeBudget(100);
    expect(budget.remainingMs).toBe(100);
    jest.advanceTimersByTime(60);
    expect(budget.remainingMs).toBe(40);
    jest.advanceTimersByTime(1000);
    expect(budget.remainingMs).toBe(0);
  });

  it('is not touched by a jump of the wall clock', () => {
    const budget = new TimeBudget(100);
    jest.setSystemTime(Date.now() + 86_400_000);
    expect(budget.remainingMs).toBe(100);
  });

  it('can be given time back', () => {
    const budget = new TimeBudget(100);
    jest.advanceTimersByTime(90);
    budget.extend(50);
    expect(budget.remainingMs).toBe(60);
  });

  it('reckons time given back after its end from that end', () => {
    const budget = new TimeBudget(100);
    jest.advanceTimersByTime(130);
    budget.extend(50);
    expect(budget.remainingMs).toBe(20);
  });
});
