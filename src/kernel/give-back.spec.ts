import { describe, expect, it } from '@jest/globals';
import { giveBack } from './give-back.js';

describe('giveBack', () => {
  it('frees the memory of a chunk that has it for itself', () => {
    const chunk = Buffer.allocUnsafeSlow(64);
    giveBack(chunk);
    expect(chunk.length).toBe(0);
  });

  it('leaves memory alone that others have a part of', () => {
    const whole = Buffer.allocUnsafeSlow(64).fill(7);
    giveBack(whole.subarray(0, 63));
    giveBack(whole.subarray(1));
    expect(whole.every((byte) => byte === 7)).toBe(true);
    expect(whole.length).toBe(64);
  });

  it('leaves memory alone that threads share', () => {
    const chunk = new Uint8Array(new SharedArrayBuffer(8));
    giveBack(chunk);
    expect(chunk.length).toBe(8);
  });

  it('may meet a chunk twice, and an empty one', () => {
    const chunk = Buffer.allocUnsafeSlow(64);
    giveBack(chunk);
    giveBack(chunk);
    giveBack(Buffer.alloc(0));
    expect(chunk.length).toBe(0);
  });
});
