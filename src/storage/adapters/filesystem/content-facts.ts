import type { BigIntStats } from 'node:fs';
import type { ContentFacts } from '../../domain/content.js';

/** The unit of `st_blocks`, whatever the file system's own block is. */
const BLOCK = 512n;

export function toContentFacts(stats: BigIntStats): ContentFacts {
  const allocated = stats.blocks * BLOCK;
  const moments = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs];
  return {
    sizeBytes: Number(stats.size),
    chargedBytes: Number(allocated < stats.size ? allocated : stats.size),
    identity: identityOf(stats),
    // With the change time, which nobody can set back: a modification time alone is what its owner says.
    version: moments.map((moment) => moment.toString(16)).join('-'),
  };
}

/**
 * With the time of birth, since the number of a file that is gone is soon another file's; without the device's number,
 * which may be another one after the host was started anew, while the content has one file system only.
 */
export const identityOf = ({ ino, birthtimeNs }: BigIntStats): string =>
  `${ino.toString()}:${birthtimeNs.toString()}`;

/** What stands in the place of a file and is none. */
export type HostileKind = 'symlink' | 'directory' | 'fifo' | 'socket' | 'device' | 'hard_link' | 'closed';

/** `file`: a regular file of one link; `gone`: it has lost its name since it was found. */
export function kindOf(stats: BigIntStats): HostileKind | 'file' | 'gone' {
  if (stats.nlink === 0n) return 'gone';
  if (stats.isFile()) return stats.nlink === 1n ? 'file' : 'hard_link';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}
