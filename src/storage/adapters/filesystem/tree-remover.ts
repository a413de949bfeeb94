import type { Readable } from 'node:stream';
import { runChild } from './child-command.js';
import { TreeOpener } from './tree-opener.js';

/** For a tree of millions of entries; one that takes longer is gone on with by the next sweep. */
const LIMIT_MS = 15 * 60_000;

/** How a message of `rm` ends, in whatever name of a sandbox's it may stand as well. */
const DENIED = 'Permission denied\n';

interface Removal {
  /** Null: it was broken off. */
  readonly code: number | null;
  /** Whether the rights of this process did not suffice for something, which they do for all where it is root. */
  readonly wasDenied: boolean;
}

/**
 * Removes trees that a sandbox may have built: too deep for paths, with names that are no text, closed by their modes.
 * The system's own `rm` walks by descriptors, never follows a link and never leaves the file system. One tree at a time:
 * they share one disk.
 */
export class TreeRemover {
  private last: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();

  /** @throws Error when something of it is left */
  remove(path: string): Promise<void> {
    const removal = this.last.then(() => this.removeNow(path));
    this.last = removal.catch(() => null);
    return removal;
  }

  /** Breaks off what is under way. */
  stop(): void {
    this.stopping.abort();
  }

  private async removeNow(path: string): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LIMIT_MS)]);
    const { code, wasDenied } = await remove(path, signal);
    if (code === 0) return;
    if (wasDenied) await TreeOpener.open(path, signal);
    // Also where a sandbox has put something in meanwhile by what it still had open: once more, then the next sweep.
    const last = await remove(path, signal);
    if (last.code !== 0) throw new Error(`rm ended with ${String(last.code)}`);
  }
}

async function remove(path: string, signal: AbortSignal): Promise<Removal> {
  let wasDenied = false;
  const code = await runChild('rm', ['-rf', '--one-file-system', '--', path], {
    cwd: '/',
    signal,
    onStderr: async (output) => {
      wasDenied = await tellsOfDenial(output);
    },
  });
  return { code, wasDenied };
}

async function tellsOfDenial(output: Readable): Promise<boolean> {
  let isDenial = false;
  let tail = '';
  for await (const chunk of output.setEncoding('latin1')) {
    tail += chunk as string;
    isDenial ||= tail.includes(DENIED);
    tail = tail.slice(-DENIED.length);
  }
  return isDenial;
}
