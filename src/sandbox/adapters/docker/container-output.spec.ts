import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outputText } from './container-output.js';

const frame = (payload: string | Buffer, stream = 1): Buffer => {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

describe('outputText', () => {
  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['one frame', frame('hello\n'), 'hello\n'],
    ['both streams in their order', Buffer.concat([frame('out\n'), frame('err\n', 2)]), 'out\nerr\n'],
    ['an empty frame', Buffer.concat([frame(''), frame('x')]), 'x'],
    ['a frame that was cut', frame('hello').subarray(0, 11), 'hel'],
    ['a header that was cut', Buffer.concat([frame('hello'), Buffer.alloc(5)]), 'hello'],
    ['bytes that are no text', frame(Buffer.from([0xff, 0x41])), '\ufffdA'],
  ])('reads %s', (_, output, expected) => {
    expect(outputText(output)).toBe(expected);
  });

  it('puts a character together that two frames share', () => {
    const bytes = Buffer.from('ü');
    expect(outputText(Buffer.concat([frame(bytes.subarray(0, 1)), frame(bytes.subarray(1))]))).toBe('ü');
  });

  it('keeps the end of what is long', () => {
    expect(outputText(frame(`${'a'.repeat(5000)}end`))).toBe(`${'a'.repeat(4093)}end`);
  });

  it('ends, and stays short, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outputText(Buffer.from(bytes)).length).toBeLessThanOrEqual(4096);
      }),
    );
  });
});
