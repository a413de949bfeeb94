import { HttpError } from '../../../http/http-error.js';

const CRLF = Buffer.from('\r\n');
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
const DASHES = '--';

/** A part's header block, and what may stand before the first part or behind the last one, in bytes. */
export const MAX_AROUND_BYTES = 16 * 1024;

export const malformedMultipart = (): HttpError => new HttpError(400, 'malformed_multipart');

/**
 * Takes a `multipart/form-data` body (RFC 7578, RFC 2046) apart as it comes, holding no more of it than a header block or
 * one piece of content. It is driven by its reader: `nextPart`, then `content` to its end, then `nextPart` again. What it
 * gives is good until it is asked for more, as is what it gets from the body.
 *
 * Parsers of forms are many, and made to get something out of any body: they cut header blocks that are too long, skip
 * parts that they do not understand, decode names that are not UTF-8 and fill in types. Here all of this is a fault that
 * the client is told about, before anything is kept; and what a file begins at is needed to know its size.
 */
export class MultipartReader {
  /** What was read and not yet taken. The first delimiter has no line break before it, so one is put there. */
  private window: Buffer = CRLF;
  private readonly delimiter: Buffer;
  private takenBytes = -CRLF.length;

  constructor(
    private readonly body: AsyncIterator<Buffer, unknown>,
    boundary: string,
  ) {
    this.delimiter = Buffer.from(`\r\n${DASHES}${boundary}`, 'latin1');
  }

  /** How much of the body has been taken: after `nextPart`, where its content begins. */
  get offset(): number {
    return this.takenBytes;
  }

  /** Goes to the first part. @returns its header block, or null when there is none */
  async firstPart(): Promise<Buffer | null> {
    await this.upTo(this.delimiter);
    return this.nextPart();
  }

  /** The bytes of the part's content. */
  async *content(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const at = this.window.indexOf(this.delimiter);
      const safe = at < 0 ? this.window.length - this.beginningOfDelimiter() : at;
      if (safe > 0) yield this.take(safe);
      if (at >= 0) break;
      await this.refill();
    }
    this.take(this.delimiter.length);
  }

  /** To be called behind a delimiter. @returns the next part's header block, or null when the form has properly ended */
  async nextPart(): Promise<Buffer | null> {
    while (this.window.length < DASHES.length) await this.refill();
    if (this.window.toString('latin1', 0, DASHES.length) === DASHES) {
      this.take(DASHES.length);
      await this.toEnd();
      return null;
    }
    if (!isPadding(await this.upTo(CRLF))) throw malformedMultipart();
    // A block without any header ends with the line break that ends the delimiter's line.
    this.window = Buffer.concat([CRLF, this.window]);
    this.takenBytes -= CRLF.length;
    return (await this.upTo(END_OF_HEADERS)).subarray(CRLF.length);
  }

  /** Behind the last delimiter come blanks and then a line break, and whatever, or nothing. */
  private async toEnd(): Promise<void> {
    const pieces = [Buffer.from(this.window)];
    let bytes = this.window.length;
    for (let next = await this.body.next(); next.done !== true; next = await this.body.next()) {
      pieces.push(Buffer.from(next.value));
      bytes += next.value.length;
      if (bytes > MAX_AROUND_BYTES) break;
    }
    if (bytes > MAX_AROUND_BYTES) throw malformedMultipart();
    const rest = Buffer.concat(pieces);
    const lineEnd = rest.indexOf(CRLF);
    if (!isPadding(lineEnd < 0 ? rest : rest.subarray(0, lineEnd))) throw malformedMultipart();
  }

  /** Takes what comes before the mark, and the mark. */
  private async upTo(mark: Buffer): Promise<Buffer> {
    for (;;) {
      const at = this.window.indexOf(mark);
      if (at > MAX_AROUND_BYTES || (at < 0 && this.window.length > MAX_AROUND_BYTES))
        throw malformedMultipart();
      if (at >= 0) {
        const before = this.take(at);
        this.take(mark.length);
        return before;
      }
      await this.refill();
    }
  }

  private take(bytes: number): Buffer {
    const taken = this.window.subarray(0, bytes);
    this.window = this.window.subarray(bytes);
    this.takenBytes += bytes;
    return taken;
  }

  private async refill(): Promise<void> {
    const rest = Buffer.from(this.window);
    const next = await this.body.next();
    if (next.done === true) throw malformedMultipart();
    this.window = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
  }

  /** How many bytes at the window's end may be the beginning of a delimiter. */
  private beginningOfDelimiter(): number {
    const { window, delimiter } = this;
    let from = Math.max(0, window.length - delimiter.length + 1);
    for (;;) {
      const at = window.indexOf(CRLF[0] ?? 0, from);
      if (at < 0) return 0;
      const length = window.length - at;
      if (window.compare(delimiter, 0, length, at) === 0) return length;
      from = at + 1;
    }
  }
}

const isPadding = (bytes: Buffer): boolean => /^[ \t]*$/.test(bytes.toString('latin1'));
