import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import { toContentFacts } from './content-facts.js';
import { codeOf } from './disk-errors.js';
import { pathOf } from './held-directory.js';

const { O_NONBLOCK, O_RDONLY } = constants;
/** What says that this process may not read it. */
const UNREADABLE = ['EACCES', 'EPERM'];
/**
 * What says that somebody has a lease on it (fcntl(2), F_SETLEASE). The system has asked him for it, and would wait 45 s for
 * him: whoever is honest lets go at once.
 */
const LEASED = 'EAGAIN';
const LEASE_TRIES = 5;
const LEASE_WAIT_MS = 20;

/** What is read at one time: less costs round trips, more costs memory for each reader. */
const CHUNK = 256 * 1024;

/**
 * The bytes from `start` to `end`, both inclusive; while one chunk is used the next is being read. There are two buffers,
 * used over and over, so a chunk is good until the next is asked for.
 */
export async function* readFrom(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const size = Math.max(0, Math.min(CHUNK, end - start + 1));
  let [current, next] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  let position = start;
  let coming = readInto(current, handle, position, end);
  try {
    for (;;) {
      const length = await coming;
      if (length === 0) return;
      position += length;
      coming = readInto(next, handle, position, end);
      yield current.subarray(0, length);
      [current, next] = [next, current];
    }
  } finally {
    // Its reader may have left: the descriptor is closed only after.
    await coming.catch(() => null);
  }
}

function readInto(buffer: Buffer, handle: FileHandle, position: number, end: number): Promise<number> {
  const length = Math.min(buffer.length, end - position + 1);
  if (length <= 0) return Promise.resolve(0);
  const reading = handle.read(buffer, 0, length, position).then(({ bytesRead }) => bytesRead);
  // Thrown where it is awaited, which may be later than it fails.
  reading.catch(() => null);
  return reading;
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

/**
 * Opens for reading the regular file that is held.
 * @returns null where this process may not read it, or a sandbox keeps everybody out by a lease
 */
export async function openHeld(held: FileHandle): Promise<LocalFile | null> {
  const handle = await reopened(held);
  if (handle === null) return null;
  try {
    return new LocalFile(handle, toContentFacts(await handle.stat({ bigint: true })));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function reopened(held: FileHandle): Promise<FileHandle | null> {
  for (let tries = 1; tries <= LEASE_TRIES; tries += 1) {
    try {
      return await open(pathOf(held), O_RDONLY | O_NONBLOCK);
    } catch (error) {
      if (UNREADABLE.includes(codeOf(error))) return null;
      if (codeOf(error) !== LEASED) throw error;
    }
    await sleep(LEASE_WAIT_MS);
  }
  return null;
}
