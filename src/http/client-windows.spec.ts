import { describe, expect, it } from '@jest/globals';
import { ClientWindows } from './client-windows.js';

const clock = (): { nowMs: number; read: () => number } => {
  const time = { nowMs: 0, read: () => time.nowMs };
  return time;
};

describe('ClientWindows', () => {
  it('lets as many pass as the limit says, and tells how long it takes to the next', () => {
    const time = clock();
    const windows = new ClientWindows(2, 1000, time.read);
    expect([windows.take('a'), windows.take('a')]).toEqual([0, 0]);
    time.nowMs = 400;
    expect([windows.take('a'), windows.take('b')]).toEqual([600, 0]);
    time.nowMs = 1000;
    expect(windows.take('a')).toBe(0);
  });

  it('remembers a client through the change of generations', () => {
    const time = clock();
    const windows = new ClientWindows(1, 1000, time.read);
    time.nowMs = 900;
    windows.take('a');
    time.nowMs = 1100;
    windows.take('b');
    time.nowMs = 1800;
    expect(windows.take('a')).toBe(100);
  });

  it('forgets those whose windows are over', () => {
    const time = clock();
    const windows = new ClientWindows(1, 1000, time.read);
    for (let client = 0; client < 1000; client += 1) windows.take(String(client));
    time.nowMs = 1000;
    windows.take('x');
    time.nowMs = 2000;
    windows.take('y');
    expect(windows.size).toBe(2);
  });

  it('keeps no more clients than it may, however many come at once', () => {
    const windows = new ClientWindows(1, 1_000_000, () => 0, 100);
    for (let client = 0; client < 100_000; client += 1) {
      windows.take(String(client));
      if (windows.size > 200) throw new Error(`${windows.size} clients are kept`);
    }
    expect(windows.take('99999')).toBeGreaterThan(0);
  });
});
