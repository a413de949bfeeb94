import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { declaredFileBytes } from './declared-file-bytes.js';

describe('declaredFileBytes', () => {
  it('is exact for a form with the file alone', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.stringMatching(/^[a-z]{1,70}$/), (bytes, boundary) => {
        const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n`;
        const body = `${head}${'x'.repeat(bytes)}\r\n--${boundary}--\r\n`;
        const facts = { bodyBytes: body.length, contentOffset: head.length, boundary };
        expect(declaredFileBytes(facts)).toBe(bytes);
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
