import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { declaredFileBytes } from './declared-file-bytes.js';
import { MAX_AROUND_BYTES } from './multipart-reader.js';

describe('declaredFileBytes', () => {
  it('is never more than the file has, whatever may follow it, nor much less', () => {
    const boundaries = fc.stringMatching(/^[a-z]{1,70}$/);
    const around = fc.nat({ max: MAX_AROUND_BYTES });
    fc.assert(
      fc.property(fc.nat({ max: 50_000 }), boundaries, around, (bytes, boundary, aroundBytes) => {
        const contentOffset = 100;
        const bodyBytes = contentOffset + bytes + `\r\n--${boundary}--`.length + aroundBytes;
        const declared = declaredFileBytes({ bodyBytes, contentOffset, boundary }) ?? NaN;
        expect(declared).toBe(Math.max(0, bytes + aroundBytes - MAX_AROUND_BYTES));
        expect(declared).toBeLessThanOrEqual(bytes);
      }),
    );
  });

  it('is not known when that of the form is not', () => {
    expect(declaredFileBytes({ bodyBytes: null, contentOffset: 10, boundary: 'b' })).toBeNull();
  });

  it('is never less than nothing', () => {
    expect(declaredFileBytes({ bodyBytes: 10, contentOffset: 10, boundary: 'b' })).toBe(0);
  });
});
