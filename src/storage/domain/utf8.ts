import { InvalidEncodingError } from './errors.js';

/**
 * Hands the chunks on as long as they are UTF-8, with characters that lie across chunks, and whole at the end.
 * @throws InvalidEncodingError, from the iteration
 */
export async function* assertUtf8(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const chunk of source) {
    decode(() => decoder.decode(chunk, { stream: true }));
    yield chunk;
  }
  decode(() => decoder.decode());
}

function decode(work: () => string): void {
  try {
    work();
  } catch (error) {
    throw new InvalidEncodingError('not UTF-8', { cause: error });
  }
}
