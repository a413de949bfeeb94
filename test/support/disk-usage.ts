import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The unit of `blocks`. */
const BLOCK = 512;

/**
 * What the quota counts, computed by other means than the service's: every regular file below, each once, by the lesser
 * of its size and its blocks. What goes while this looks counts as gone.
 */
export async function usageOf(directory: string): Promise<number> {
  const seen = new Set<number>();
  let bytes = 0;
  const entries = await unlessGone(readdir(directory, { recursive: true, withFileTypes: true }));
  for (const entry of entries ?? []) {
    const stats = entry.isFile() ? await unlessGone(lstat(join(entry.parentPath, entry.name))) : null;
    if (stats === null || seen.has(stats.ino)) continue;
    seen.add(stats.ino);
    bytes += Math.min(stats.size, stats.blocks * BLOCK);
  }
  return bytes;
}

/** What lies beside the chats: staged content, and what was discarded. */
export const besideTheChats = async (chatsRoot: string): Promise<string[]> =>
  (await readdir(chatsRoot)).filter((name) => name.startsWith('.'));

async function unlessGone<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
