import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { openEntries } from './directory-names.js';
import { nullOn } from './disk-errors.js';
import { HeldDirectory } from './held-directory.js';

/** So many directories are gone through at one time; what is left is gone on with by the next sweep. */
const MAX_DIRECTORIES = 100_000;
/** Not ours to open, or gone or moved meanwhile: it stays where it is, and `rm` tells of it. */
const PASSED_OVER = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL', 'EBUSY'];

/**
 * Opens the directories of a discarded tree to their owner, so that `rm` gets through: a user who is not root is kept out
 * even of directories of his own.
 *
 * A process of a sandbox may still have its working directory in there and swap what it likes. So nothing is changed by
 * way of a path: each directory is held by a descriptor, which never leads to a link or a file, and is changed through
 * that. Files stay as they are, since `rm` does not need them open. As no path reaches to any depth, and descriptors are
 * few, what lies deeper is moved to the top when it is met.
 */
export class TreeOpener {
  /** Directories at the top that have not been looked into. */
  private readonly waiting: (string | Buffer)[] = [];
  private met = 0;

  private constructor(
    private readonly top: HeldDirectory,
    private readonly signal: AbortSignal,
  ) {}

  /** @param place nobody else may give its name to anything @param signal breaks it off */
  static async open(place: string, signal: AbortSignal): Promise<void> {
    await using top = await HeldDirectory.hold(place);
    if (top !== null) await new TreeOpener(top, signal).run();
  }

  private async run(): Promise<void> {
    await nullOn(
      PASSED_OVER,
      this.lookInto(this.top, (name) => this.waiting.push(name)),
    );
    for (let name = this.waiting.pop(); name !== undefined; name = this.waiting.pop()) {
      await using directory = await nullOn(PASSED_OVER, HeldDirectory.hold(this.top.pathTo(name)));
      if (directory?.device !== this.top.device) continue;
      await nullOn(
        PASSED_OVER,
        this.lookInto(directory, (below) => this.moveUp(directory, below)),
      );
    }
  }

  private async lookInto(
    directory: HeldDirectory,
    onDirectory: (name: Buffer) => Promise<unknown> | number,
  ): Promise<void> {
    await directory.openToOwner();
    for await (const entry of await openEntries(directory.path)) {
      if (this.signal.aborted || this.met >= MAX_DIRECTORIES) return;
      if (!entry.isDirectory()) continue;
      this.met += 1;
      await onDirectory(entry.name);
    }
  }

  private async moveUp(from: HeldDirectory, name: Buffer): Promise<void> {
    const nameAtTop = randomUUID();
    const isMoved = await nullOn(PASSED_OVER, this.move(from, name, nameAtTop));
    if (isMoved !== null) this.waiting.push(nameAtTop);
  }

  private async move(from: HeldDirectory, name: Buffer, nameAtTop: string): Promise<true> {
    await using moving = await HeldDirectory.hold(from.pathTo(name));
    // Its entry `..` is written when it moves.
    await moving?.openToOwner();
    await rename(from.pathTo(name), this.top.pathTo(nameAtTop));
    return true;
  }
}
