import { runChild } from './child-command.js';

/** For a tree of millions of entries; one that takes longer is gone on with by the next sweep. */
const LIMIT_MS = 15 * 60_000;

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
    const remove = ['rm', '-rf', '--one-file-system', '--', path] as const;
    if ((await this.run(...remove)) === 0) return;
    // A user who is not root is kept out even of directories of his own; no sandbox is left that could swap anything.
    await this.run('chmod', '-R', 'u+rwX', '--', path);
    const code = await this.run(...remove);
    if (code !== 0) throw new Error(`rm ended with ${String(code)}`);
  }

  private run(command: string, ...words: string[]): Promise<number | null> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LIMIT_MS)]);
    return runChild(command, words, { cwd: '/', signal });
  }
}
