import { constants } from 'node:fs';
import { chmod, type FileHandle, open } from 'node:fs/promises';
import { nullOn } from './disk-errors.js';

/** Holds whatever it is without opening it, a link itself included; Node has no name for it. */
export const O_PATH = 0o10000000;

const { O_DIRECTORY, O_NOFOLLOW } = constants;
/** Nothing bears the name; or what does is no directory, a link to one included. */
const NO_DIRECTORY = ['ENOENT', 'ENOTDIR', 'ELOOP'];
/** Reading, writing and passing, for its owner. */
const OWNERS = 0o700;

/** The descriptor's own path: what is done to it is done to the thing that is held, whatever became of its name. */
export const pathOf = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`;

/** The path of an entry that is reached through the directory's descriptor. @param name as bytes where it may be no text */
export function pathBelow(directory: FileHandle, name: string | Buffer): string | Buffer {
  const prefix = `${pathOf(directory)}/`;
  return typeof name === 'string' ? prefix + name : Buffer.concat([Buffer.from(prefix), name]);
}

/** A directory that is held by a descriptor, though it be closed to this user: it stays the same whatever becomes of names. */
export class HeldDirectory implements AsyncDisposable {
  private constructor(
    private readonly handle: FileHandle,
    private readonly mode: number,
    /** The file system that it is on. */
    readonly device: number,
  ) {}

  /** @returns null where no directory bears the name; no link is followed */
  static async hold(path: string | Buffer): Promise<HeldDirectory | null> {
    const handle = await nullOn(NO_DIRECTORY, open(path, O_PATH | O_NOFOLLOW | O_DIRECTORY));
    if (handle === null) return null;
    try {
      const { mode, dev } = await handle.stat();
      return new HeldDirectory(handle, mode, dev);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get path(): string {
    return pathOf(this.handle);
  }

  pathTo(name: string | Buffer): string | Buffer {
    return pathBelow(this.handle, name);
  }

  /** Lets its owner read, write and pass it. @throws EPERM where that is somebody else */
  async openToOwner(): Promise<void> {
    if ((this.mode & OWNERS) !== OWNERS) await chmod(this.path, (this.mode & 0o777) | OWNERS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.handle.close();
  }
}
