import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { chmod, type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostileKind, kindOf } from './content-facts.js';
import { ensureClosedDirectory, openOpenDirectory, syncDirectory } from './directory-tree.js';
import { codeOf, nullOn } from './disk-errors.js';
import { HeldDirectory, O_PATH, pathBelow, pathOf } from './held-directory.js';
import { type LocalFile, openHeld } from './local-file.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** How often what was found is gone again. */
const MAX_TRIES = 20;
const LOOKS_IN_A_ROW = 4;
/** There is nothing of the name; or the directory itself has been taken away meanwhile. */
const MISSING = ['ENOENT', 'ENOTDIR'];

/**
 * The system gives all changes within one tick of its clock the same time: what changed just now may change again and
 * look the same.
 */
const SAME_MOMENT_MS = 50;

/** What bears a name: a file, something else, or nothing. */
type Entry<T> = T | { readonly kind: HostileKind } | null;
interface FoundFile {
  readonly kind: 'file';
  readonly stats: BigIntStats;
}
interface OpenFile {
  readonly kind: 'file';
  readonly file: LocalFile;
}

/**
 * The one way to what a chat's directory holds. Its sandbox may rename and swap what it likes meanwhile: the directory is
 * held by a descriptor, each name is reached through that alone, and what is met is held before it is looked at.
 */
export class ChatDirectory implements AsyncDisposable {
  private constructor(private readonly handle: FileHandle) {}

  /** @returns null when the chat has none */
  static async find(root: string, chatId: string): Promise<ChatDirectory | null> {
    const path = join(root, chatId);
    const attempt = (): Promise<FileHandle> => open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      return await ChatDirectory.opened(await attempt());
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      if (codeOf(error) !== 'EACCES') throw error;
    }
    // Its sandbox has closed it to a service that is not root. Nobody else can give this name to anything.
    const reopened = chmod(path, 0o777).then(attempt);
    const handle = await nullOn(['ENOENT'], reopened);
    return handle === null ? null : ChatDirectory.opened(handle);
  }

  /** Makes it when it is missing. */
  static async ensure(root: string, chatId: string): Promise<ChatDirectory> {
    const found = await ChatDirectory.find(root, chatId);
    if (found !== null) return found;
    await ensureClosedDirectory(root);
    const { directory, isNew } = await openOpenDirectory(join(root, chatId));
    if (isNew) await syncDirectory(root);
    return new ChatDirectory(directory);
  }

  private static async opened(handle: FileHandle): Promise<ChatDirectory> {
    try {
      const { mode } = await handle.stat();
      if ((mode & 0o700) !== 0o700) await handle.chmod(mode | 0o700);
      return new ChatDirectory(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get descriptor(): FileHandle {
    return this.handle;
  }

  get path(): string {
    return pathOf(this.handle);
  }

  /** @param name as bytes where it may be no text */
  pathTo(name: string | Buffer): string | Buffer {
    return pathBelow(this.handle, name);
  }

  /** What bears the name now. */
  lookAt(name: string): Promise<Entry<FoundFile>> {
    return unlessGone<FoundFile>(async () => {
      const stats = await nullOn(MISSING, lstat(this.pathTo(name), { bigint: true }));
      if (stats === null) return null;
      const kind = kindOf(stats);
      return kind === 'file' ? { kind, stats } : { kind };
    });
  }

  /** Opens it if it is a regular file of one link, and nothing else ever: opening a FIFO or a device does things. */
  openFile(name: string): Promise<Entry<OpenFile>> {
    return unlessGone<OpenFile>(async () => {
      const held = await nullOn(MISSING, open(this.pathTo(name), O_PATH | O_NOFOLLOW));
      if (held === null) return null;
      try {
        const stats = await held.stat({ bigint: true });
        const kind = kindOf(stats);
        if (kind !== 'file') return { kind };
        if (!(await this.isOursAlone(name, held, stats))) return { kind: 'gone' };
        const file = await openHeld(held);
        return file === null ? { kind: 'closed' } : { kind, file };
      } finally {
        await held.close();
      }
    });
  }

  /**
   * Whether a file of one link has it here. One that had two, ours and one elsewhere, has one as well once ours is gone: so
   * ours is looked at again. The system finds a file before it reads its number of links, so that a name that comes and
   * goes all the time may, about once in some thousand looks, be found and be gone in one; several looks in a row do not
   * all meet that moment. A file that has none any more had none elsewhere: it was replaced meanwhile.
   */
  private async isOursAlone(name: string, held: FileHandle, { dev, ino }: BigIntStats): Promise<boolean> {
    for (let looks = 0; looks < LOOKS_IN_A_ROW; looks += 1) {
      const now = await nullOn(MISSING, lstat(this.pathTo(name), { bigint: true }));
      if (now?.ino !== ino || now.dev !== dev || now.nlink !== 1n)
        return (await held.stat({ bigint: true })).nlink === 0n;
    }
    return true;
  }

  /** Moves whatever bears the name out of the directory. @returns false when nothing does */
  async moveOut(name: string | Buffer, target: string): Promise<boolean> {
    const attempt = (): Promise<true> => rename(this.pathTo(name), target).then(() => true as const);
    try {
      return (await nullOn(MISSING, attempt())) ?? false;
    } catch (error) {
      if (codeOf(error) !== 'EACCES') throw error;
    }
    // A directory that is closed to a service that is not root: its entry `..` could not be written.
    await this.openUp(name);
    return (await nullOn(MISSING, attempt())) ?? false;
  }

  private async openUp(name: string | Buffer): Promise<void> {
    await using held = await HeldDirectory.hold(this.pathTo(name));
    await held?.openToOwner();
  }

  /** Whether it still bears the path that it was found by: else its chat has been deleted. */
  async isStillThere(path: string): Promise<boolean> {
    const [held, named] = await Promise.all([
      this.handle.stat({ bigint: true }),
      nullOn(MISSING, lstat(path, { bigint: true })),
    ]);
    return named?.ino === held.ino && named.dev === held.dev;
  }

  /** Another one whenever entries came, went or changed names. */
  async version(): Promise<string> {
    const { ino, mtimeNs, ctimeNs, ctimeMs } = await this.handle.stat({ bigint: true });
    const version = [ino, mtimeNs, ctimeNs].map((moment) => moment.toString(16)).join('-');
    return Date.now() - Number(ctimeMs) < SAME_MOMENT_MS ? `${version}-${randomUUID()}` : version;
  }

  /** Makes what was done to its entries outlive a loss of power. */
  sync(): Promise<void> {
    return this.handle.sync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.handle.close();
  }
}

/**
 * What lost its name between being found and being looked at has not shown that nothing bears the name: in a replacement
 * there is always one.
 */
async function unlessGone<T extends { readonly kind: 'file' }>(
  look: () => Promise<Entry<T> | { readonly kind: 'gone' }>,
): Promise<Entry<T>> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const entry = await look();
    if (entry?.kind !== 'gone') return entry;
  }
  return null;
}
