import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILLER = 'filler';
const PIECE = Buffer.alloc(64 * 1024, 'f');

/** A file system of its own, small enough to be filled. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Why none can be had here; null: it can. */
  static whyNot(): string | null {
    const path = mkdtempSync(join(tmpdir(), 'sandbox-master-mount-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'pipe' });
      execFileSync('umount', [path], { stdio: 'pipe' });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message.split('\n', 1).join('') : String(error);
    } finally {
      rmdirSync(path);
    }
  }

  static mount(path: string, bytes: number): SmallDisk {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', path], { stdio: 'pipe' });
    return new SmallDisk(path);
  }

  /** Writes until no more than so many bytes are free. */
  async fill(leftBytes = 0): Promise<void> {
    const file = await open(join(this.path, FILLER), 'a');
    try {
      for (;;) {
        const { bavail, bsize } = await statfs(this.path);
        const bytes = Math.min(PIECE.length, bavail * bsize - leftBytes);
        if (bytes <= 0) return;
        await file.write(PIECE, 0, bytes);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  /** Removes what `fill` has written. */
  free(): Promise<void> {
    return rm(join(this.path, FILLER));
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path], { stdio: 'pipe' });
  }
}
