import type { Request } from 'express';
import { giveBack } from '../kernel/give-back.js';
import { HttpError } from './http-error.js';
import { parseMediaType } from './media-type.js';

export const unsupportedMediaType = (): HttpError => new HttpError(415, 'unsupported_media_type');

/** @throws HttpError for a compressed body: it would have to be unpacked without a bound */
export function assertUncompressed({ headers }: Request): void {
  if ((headers['content-encoding'] ?? 'identity').trim().toLowerCase() !== 'identity')
    throw unsupportedMediaType();
}

/** @throws HttpError for what is not called text, is not UTF-8 by its own account, or is compressed */
export function assertText(request: Request): void {
  assertUncompressed(request);
  const type = parseMediaType(request.headers['content-type']);
  const charset = type?.parameters.get('charset') ?? 'utf-8';
  if (type?.essence.startsWith('text/') !== true || !/^utf-?8$/i.test(charset)) throw unsupportedMediaType();
}

/** How many bytes the body has, where the client says so. */
export function declaredLength({ headers }: Request): number | null {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (encoding !== undefined) return null;
  return length === undefined ? 0 : Number(length);
}

/** A body that ended before it was whole; the client that would read this answer is gone. */
const incompleteBody = (): HttpError => new HttpError(400, 'incomplete_body');

/**
 * The body as it comes, no faster than it is taken. Whoever stops reading leaves the connection as it is, so that an
 * answer can still be sent and the rest be drained; the iterator of the stream itself would cut it. A chunk is gone once
 * the next is asked for: whoever keeps any of it copies it.
 */
export async function* bodyOf(request: Request): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      yield chunk;
      giveBack(chunk);
    }
  } catch {
    throw incompleteBody();
  }
}
