import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestedRange } from './byte-range.js';

describe('requestedRange', () => {
  it.each([
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=0-', 10, { start: 0, end: 9 }],
    ['bytes=9-9', 10, { start: 9, end: 9 }],
    ['bytes=9-10', 10, { start: 9, end: 9 }],
    ['bytes=-1', 10, { start: 9, end: 9 }],
    ['bytes=-10', 10, { start: 0, end: 9 }],
    ['bytes=-11', 10, { start: 0, end: 9 }],
    ['BYTES= 1-2 ', 10, { start: 1, end: 2 }],
    ['bytes=0-99999999999999999999999', 10, { start: 0, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=10-11', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=0-0', 0, 'unsatisfiable'],
    ['bytes=-0', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'whole'],
    [undefined, 10, 'whole'],
    ['', 10, 'whole'],
    ['bytes', 10, 'whole'],
    ['bytes=', 10, 'whole'],
    ['bytes=-', 10, 'whole'],
    ['bytes=2-1', 10, 'whole'],
    ['bytes=0-1,3-4', 10, 'whole'],
    ['bytes=0-1, ', 10, 'whole'],
    ['bytes=a-b', 10, 'whole'],
    ['bytes=+1-2', 10, 'whole'],
    ['bytes=1.0-2', 10, 'whole'],
    ['seconds=0-1', 10, 'whole'],
  ])('%s of %d bytes is %j', (header, sizeBytes, expected) => {
    expect(requestedRange(header, sizeBytes)).toEqual(expected);
  });

  it('gives what is within the size, and as much as slicing would', () => {
    const number = fc.nat({ max: 50 });
    fc.assert(
      fc.property(number, number, number, (first, last, sizeBytes) => {
        const range = requestedRange(`bytes=${first}-${last}`, sizeBytes);
        const bytes = Array.from({ length: sizeBytes }, (_, index) => index);
        if (last < first) expect(range).toBe('whole');
        else if (first >= sizeBytes) expect(range).toBe('unsatisfiable');
        else {
          const { start, end } = range as { start: number; end: number };
          expect(bytes.slice(start, end + 1)).toEqual(bytes.slice(first, last + 1));
        }
      }),
    );
  });

  it('takes any header without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(['whole', 'unsatisfiable', 'object']).toContain(
          typeof requestedRange(header, 5) === 'object' ? 'object' : requestedRange(header, 5),
        );
      }),
    );
  });
});
