import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MultipartReader } from './multipart-reader.js';

const BOUNDARY = '--x-b';

/** The body in pieces of these sizes, over and over. */
async function* inPieces(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield await Promise.resolve(body.subarray(at, at + size));
    at += size;
  }
}

interface Part {
  readonly headers: string;
  readonly content: Buffer;
}

async function read(body: Buffer, sizes: readonly number[]): Promise<{ parts: Part[]; offsets: number[] }> {
  const reader = new MultipartReader(inPieces(body, sizes), BOUNDARY);
  const parts: Part[] = [];
  const offsets: number[] = [];
  for (let block = await reader.firstPart(); block !== null; block = await reader.nextPart()) {
    offsets.push(reader.offset);
    const pieces: Buffer[] = [];
    for await (const piece of reader.content()) pieces.push(Buffer.from(piece));
    parts.push({ headers: block.toString('latin1'), content: Buffer.concat(pieces) });
  }
  return { parts, offsets };
}

const encode = (parts: readonly Part[], end = '\r\n'): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ headers, content }) => [
      Buffer.from(`--${BOUNDARY}\r\n${headers === '' ? '' : `${headers}\r\n`}\r\n`, 'latin1'),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--${end}`),
  ]);

const malformed: unknown = expect.objectContaining({ status: 400, code: 'malformed_multipart' });

/** Bytes that look like the beginning of a delimiter more often than chance would have it. */
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', '--', '\r\n--', '\r\n----x-', '\r\n----x', '-x-b', '\r\r\n', '\0'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.from(pieces.join('')))
  .filter((bytes) => !bytes.includes(`\r\n--${BOUNDARY}`));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const part = fc.record({ headers: fc.constantFrom('', 'A: b', 'A: b\r\nC: d'), content });

describe('MultipartReader', () => {
  it('gives back what a form is made of, however it comes in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 4 }),
        sizes,
        fc.constantFrom('', '\r\n', ' \t\r\n', '\r\nepilogue'),
        async (parts, pieces, end) => {
          expect((await read(encode(parts, end), pieces)).parts).toEqual(parts);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows where content begins, from which its length follows', async () => {
    await fc.assert(
      fc.asyncProperty(part, sizes, async (only, pieces) => {
        const body = encode([only]);
        const { offsets } = await read(body, pieces);
        expect(body.subarray(offsets[0]).subarray(0, only.content.length)).toEqual(only.content);
        expect(body.length - (offsets[0] ?? 0) - `\r\n--${BOUNDARY}--\r\n`.length).toBe(only.content.length);
      }),
    );
  });

  it('skips what stands before the first delimiter', async () => {
    const { parts } = await read(
      Buffer.concat([
        Buffer.from('This is a form.\r\n'),
        encode([{ headers: 'A: b', content: Buffer.from('c') }]),
      ]),
      [7],
    );
    expect(parts).toHaveLength(1);
  });

  it('takes no form that is cut off, wherever it is', async () => {
    const whole = encode([{ headers: 'A: b', content: Buffer.from('content') }], '');
    for (let length = 0; length < whole.length; length += 1)
      await expect(read(whole.subarray(0, length), [5])).rejects.toEqual(malformed);
  });

  it('holds no more than a piece of the content', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let given = 0;
    let longest = 0;
    const body = (async function* () {
      yield Buffer.from(`--${BOUNDARY}\r\nA: b\r\n\r\n`);
      for (; given < 100; given += 1) yield await Promise.resolve(piece);
      yield Buffer.from(`\r\n--${BOUNDARY}--`);
    })();
    const reader = new MultipartReader(body, BOUNDARY);
    await reader.firstPart();
    let taken = 0;
    for await (const { length } of reader.content()) {
      longest = Math.max(longest, length);
      taken += length;
      expect(given * piece.length - taken).toBeLessThanOrEqual(piece.length);
    }
    expect([taken, longest <= 2 * piece.length]).toEqual([100 * piece.length, true]);
  });

  it('ends on any body, in good order or as malformed', async () => {
    const noise = fc.array(
      fc.constantFrom('--', BOUNDARY, `--${BOUNDARY}`, '\r\n', '\r\n\r\n', 'A: b', 'x', ' ', '-', '\r'),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(noise, sizes, async (pieces, lengths) => {
        const outcome = await read(Buffer.from(pieces.join('')), lengths).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toEqual(malformed);
        else expect(pieces.join('')).toContain(`--${BOUNDARY}--`);
      }),
      { numRuns: 500 },
    );
  });
});
