import type { Request, Response } from 'express';
import { type ByteRange, requestedRange } from '../../../http/byte-range.js';
import { isAlreadyHeld, isRangeCurrent } from '../../../http/entity-tags.js';
import { HttpError } from '../../../http/http-error.js';
import type { OpenContent } from '../../domain/content.js';

export interface Representation {
  readonly content: OpenContent;
  readonly contentType: string;
  /** What stands between the quotes of its ETag. */
  readonly tag: string;
  /** Further headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether parts of it can be asked for. */
  readonly hasRanges: boolean;
}

/** Whatever an agent wrote is kept from being taken for a page of the service's. */
const HARMLESS = { 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': 'sandbox' };

/** The file became shorter while it was sent, and its length is already announced. */
class ContentCutShortError extends Error {}

class ClientGoneError extends Error {}

/**
 * Answers with the content, or the part of it that is asked for, or with 304 when the client has it. The content is left to
 * its owner to be disposed. Once it has begun, a failure cuts the connection.
 * @param onSent is told how many bytes have gone out, also when not all could
 * @throws HttpError when the range cannot be satisfied
 */
export async function sendContent(
  request: Request,
  response: Response,
  representation: Representation,
  onSent: (bytes: number) => void,
): Promise<void> {
  const { content, tag } = representation;
  if (isAlreadyHeld(request.headers['if-none-match'], tag)) {
    setHeaders(response, { ETag: `"${tag}"`, ...HARMLESS });
    response.status(304).end();
    return;
  }
  const { sizeBytes } = content.facts;
  const range = rangeOf(request, representation);
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  setHeaders(response, {
    ETag: `"${tag}"`,
    ...HARMLESS,
    ...representation.headers,
    'Content-Type': representation.contentType,
    'Content-Length': String(end - start + 1),
    ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end}/${sizeBytes}` }),
  });
  response.status(range === null ? 200 : 206);
  if (request.method === 'HEAD' || end < start) response.end();
  else await stream(content, { start, end }, response, onSent);
}

/** Not by Express's `set`, which adds a charset to types that were stored without. */
const setHeaders = (response: Response, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
};

/** @returns null for the whole */
function rangeOf(
  { method, headers }: Request,
  { content, tag, hasRanges }: Representation,
): ByteRange | null {
  if (!hasRanges || method !== 'GET' || !isRangeCurrent(headers['if-range'] as string | undefined, tag))
    return null;
  const { sizeBytes } = content.facts;
  const range = requestedRange(headers.range, sizeBytes);
  if (range === 'unsatisfiable')
    throw new HttpError(416, 'range_not_satisfiable', { 'Content-Range': `bytes */${sizeBytes}` });
  return range === 'whole' ? null : range;
}

async function stream(
  content: OpenContent,
  range: ByteRange,
  response: Response,
  onSent: (bytes: number) => void,
): Promise<void> {
  let sentBytes = 0;
  try {
    for await (const chunk of content.read(range.start, range.end)) {
      await send(response, chunk);
      sentBytes += chunk.length;
    }
    if (sentBytes < range.end - range.start + 1) throw new ContentCutShortError();
    response.end();
  } catch (error) {
    response.destroy();
    // Nobody is left to be told, and the access log knows.
    if (!(error instanceof ClientGoneError)) throw error;
  } finally {
    onSent(sentBytes);
  }
}

/** Until the chunk has left this process: its memory is used again for the next but one. */
function send(response: Response, chunk: Uint8Array): Promise<void> {
  const { socket } = response.req;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new ClientGoneError());
    if (response.destroyed || socket.destroyed) {
      leave();
      return;
    }
    // An answer that waits for the one before it on the same connection is not told of its end.
    socket.once('close', leave);
    response.write(chunk, (error) => {
      socket.off('close', leave);
      if (error) leave();
      else resolve();
    });
  });
}
