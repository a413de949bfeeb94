import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loggable, outputText } from './container-output.js';

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
    const output = outputText(frame(`${'a'.repeat(20_000)}end`));
    expect(output).toBe(`${'a'.repeat(16_381)}end`);
    expect(loggable(output, (text) => text)).toBe(`${'a'.repeat(4093)}end`);
  });

  it('ends, and stays short, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outputText(Buffer.from(bytes)).length).toBeLessThanOrEqual(16_384);
      }),
    );
  });
});

describe('loggable', () => {
  const SECRET = 'planted-0123456789abcdef';
  const redact = (text: string): string => text.replaceAll(SECRET, '[redacted]');

  it.each([0, 1, 12, SECRET.length - 1, SECRET.length])(
    'tells nothing of a secret that begins %d characters before the cut',
    (before) => {
      const rest = 'x'.repeat(4096 - SECRET.length + before);
      const output = `${'a'.repeat(3000)} ${SECRET}${rest}`;
      const logged = loggable(outputText(frame(output)), redact);
      expect(logged.length).toBeLessThanOrEqual(4096);
      expect(logged).not.toMatch(/planted|abcdef/);
      expect(logged.endsWith(rest.slice(-4000))).toBe(true);
    },
  );

  it('tells nothing of the first one of so many that the raw text was cut in it', () => {
    const logged = loggable(
      outputText(frame(`${SECRET.repeat(10)} `.repeat(200))),
      () => 'cdef [redacted] end',
    );
    expect(logged).toBe(' [redacted] end');
  });

  it('leaves a short text as it is', () => {
    expect(loggable('hello\n', redact)).toBe('hello\n');
  });
});
