import { type Dirent, type OpenDirOptions } from 'node:fs';
import { opendir } from 'node:fs/promises';

/** How many names the system is asked for at one time. */
const BATCH = 1024;

/** The entries of the directory, their names as bytes: not every name on a disk is text. */
export async function openEntries(path: string): Promise<AsyncIterable<Dirent<Buffer>>> {
  // Known to Node and described in its manual, but not to its types.
  const options = { encoding: 'buffer', bufferSize: BATCH } as unknown as OpenDirOptions;
  return (await opendir(path, options)) as unknown as AsyncIterable<Dirent<Buffer>>;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns null for bytes that are no UTF-8: put into text and back they would be another name */
export function toText(name: Buffer): string | null {
  try {
    return UTF_8.decode(name);
  } catch {
    return null;
  }
}
