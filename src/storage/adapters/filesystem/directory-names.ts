import { type Dirent, type OpenDirOptions } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { isAttachmentName } from '../../domain/attachment-name.js';
import type { DirectoryEntries } from '../../ports/attachment-content.js';

/** How many names the system is asked for at one time. */
const BATCH = 1024;
/** A sandbox may have made any number; so many are looked at, for so long. */
const MAX_ENTRIES = 1_000_000;
const MAX_MS = 3000;

/** The entries of the directory, their names as bytes: not every name on a disk is text. */
export async function openEntries(path: string): Promise<AsyncIterable<Dirent<Buffer>>> {
  // Known to Node and described in its manual, but not to its types.
  const options = { encoding: 'buffer', bufferSize: BATCH } as unknown as OpenDirOptions;
  return (await opendir(path, options)) as unknown as AsyncIterable<Dirent<Buffer>>;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns null for bytes that are no UTF-8: put into text and back they would be another name */
function toText(name: Buffer): string | null {
  try {
    return UTF_8.decode(name);
  } catch {
    return null;
  }
}

/** The entries whose names attachments may have, at most `limit` of each kind. */
export async function attachmentEntries(path: string, limit: number): Promise<DirectoryEntries> {
  const [files, others] = [new Set<string>(), new Set<string>()];
  const endMs = performance.now() + MAX_MS;
  let seen = 0;
  let areSomeLeftOut = false;
  for await (const entry of await openEntries(path)) {
    seen += 1;
    const name = toText(entry.name);
    if (name !== null && isAttachmentName(name)) {
      const kind = entry.isFile() ? files : others;
      if (kind.size < limit) kind.add(name);
      else areSomeLeftOut = true;
    }
    const isFull = areSomeLeftOut && files.size >= limit;
    if (isFull || seen >= MAX_ENTRIES || performance.now() > endMs) {
      areSomeLeftOut = true;
      break;
    }
  }
  return { files: [...files], others: [...others], isComplete: !areSomeLeftOut };
}
