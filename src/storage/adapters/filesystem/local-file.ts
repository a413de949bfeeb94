import type { FileHandle } from 'node:fs/promises';
import type { ContentFacts, OpenContent } from '../../domain/content.js';

/** What is read at one time: less costs round trips, more costs memory for each reader. */
const CHUNK = 256 * 1024;

/** The bytes from `start` to `end`, both inclusive; while one chunk is used the next is being read. */
export async function* readFrom(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  let position = start;
  let coming = readChunk(handle, position, end);
  try {
    for (;;) {
      const chunk = await coming;
      if (chunk.length === 0) return;
      position += chunk.length;
      coming = readChunk(handle, position, end);
      yield chunk;
    }
  } finally {
    // Its reader may have left: the descriptor is closed only after.
    await coming.catch(() => null);
  }
}

function readChunk(handle: FileHandle, position: number, end: number): Promise<Buffer> {
  const length = Math.min(CHUNK, end - position + 1);
  if (length <= 0) return Promise.resolve(Buffer.alloc(0));
  const chunk = handle
    .read(Buffer.allocUnsafeSlow(length), 0, length, position)
    .then(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
  // Thrown where it is awaited, which may be later than it fails.
  chunk.catch(() => null);
  return chunk;
}

/** A regular file that is open for reading. */
export class LocalFile implements OpenContent {
  constructor(
    private readonly handle: FileHandle,
    readonly facts: ContentFacts,
  ) {}

  read(start: number, end: number): AsyncIterable<Uint8Array> {
    return readFrom(this.handle, start, end);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.handle.close();
  }
}
