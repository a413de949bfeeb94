import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { giveBack } from '../../src/kernel/give-back.js';
import { ChunkWriter } from '../../src/storage/adapters/filesystem/chunk-writer.js';
import { readFrom } from '../../src/storage/adapters/filesystem/local-file.js';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Sizes beside those at which batches and reads end. */
const SIZES = [0, 1, 65_536, 262_143, 262_144, 262_145, 524_288, 524_289, 3_000_001];

/** A source as the body of a request is one: each chunk is gone when the next is asked for. */
async function* vanishing(content: Buffer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.length; from += chunkBytes) {
    const part = content.subarray(from, from + chunkBytes);
    const chunk = Buffer.allocUnsafeSlow(part.length);
    part.copy(chunk);
    yield chunk;
    giveBack(chunk);
  }
}

describe('Chunks whose memory is used again', () => {
  let directory = '';
  let handle: FileHandle;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-test-'));
    handle = await open(join(directory, 'file'), 'w+');
  });

  afterEach(async () => {
    await handle.close();
    await rm(directory, { recursive: true });
  });

  it.each(SIZES)('are written whole, %d bytes in pieces of several sizes', async (size) => {
    for (const chunkBytes of [1021, 65_536, 524_288, 1_500_000]) {
      const content = randomBytes(size);
      await handle.truncate();
      expect(await new ChunkWriter(handle, 0).writeAll(vanishing(content, chunkBytes))).toBe(size);
      const written = Buffer.alloc(size);
      const { bytesRead } = await handle.read(written, 0, size, 0);
      expect(bytesRead).toBe(size);
      expect(digest(written)).toBe(digest(content));
    }
  });

  it.each(SIZES)('are read whole, %d bytes', async (size) => {
    const content = randomBytes(size);
    await handle.write(content, 0, size, 0);
    const hash = createHash('sha256');
    for await (const chunk of readFrom(handle, 0, size - 1)) hash.update(chunk);
    expect(hash.digest('hex')).toBe(digest(content));
  });

  it('go from one file into another', async () => {
    const content = randomBytes(3_000_001);
    await handle.write(content, 0, content.length, 0);
    const copy = await open(join(directory, 'copy'), 'w+');
    const length = await new ChunkWriter(copy, 0).writeAll(readFrom(handle, 7, content.length - 1));
    const written = await copy.readFile();
    await copy.close();
    expect(length).toBe(content.length - 7);
    expect(digest(written)).toBe(digest(content.subarray(7)));
  });
});
