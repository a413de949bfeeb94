import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { endsInTime } from '../../../kernel/in-time.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { syncDirectory } from './directory-tree.js';
import { FULL, nullOn } from './disk-errors.js';
import { TreeRemover } from './tree-remover.js';

/** Beside the chats, on their file system; no id of a chat begins like this. */
const DISCARDED = '.deleted-';

/**
 * Where trees go that nobody is to see any more: one rename puts them out of every sandbox's reach, then they are removed
 * at leisure, one after the other.
 */
@Injectable()
export class DiscardPile implements OnApplicationShutdown {
  private readonly remover = new TreeRemover();
  private readonly removals = new Map<string, Promise<void>>();
  /** Heaps that are still being filled. */
  private readonly heaps = new Set<string>();

  constructor(
    private readonly sandbox: SandboxConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationShutdown(): void {
    this.remover.stop();
  }

  /** A path to move something to, with `remove` to follow. */
  newPlace(): string {
    return join(this.sandbox.chatsRoot, `${DISCARDED}${randomUUID()}`);
  }

  /** An empty directory to move many things into, with `remove` to follow. @returns null where the disk has no room for it */
  async newHeap(): Promise<string | null> {
    const path = this.newPlace();
    this.heaps.add(path);
    const made = await nullOn(
      FULL,
      mkdir(path, { mode: 0o700 }).then(() => path),
    );
    if (made === null) this.heaps.delete(path);
    return made;
  }

  /** Takes away, durably, what bears the name beside the chats. @returns false when nothing does */
  async take(name: string): Promise<boolean> {
    const place = this.newPlace();
    const root = this.sandbox.chatsRoot;
    const taken = rename(join(root, name), place).then(() => true);
    if ((await nullOn(['ENOENT'], taken)) === null) return false;
    await syncDirectory(root);
    this.remove(place);
    return true;
  }

  /** The same for what is of no worth, at once and with no thought of a loss of power: a child process only for a tree. */
  async drop(name: string): Promise<void> {
    const path = join(this.sandbox.chatsRoot, name);
    const isGone = await nullOn(
      ['EISDIR'],
      nullOn(['ENOENT'], unlink(path)).then(() => true),
    );
    if (isGone !== null) return;
    const place = this.newPlace();
    await rename(path, place);
    if (
      (await nullOn(
        ['ENOTEMPTY', 'EACCES'],
        rmdir(place).then(() => true),
      )) === null
    )
      this.remove(place);
  }

  /** Begins to remove it. A removal that fails is told to the log, and begun again by `removeAll`. */
  remove(place: string): void {
    this.heaps.delete(place);
    if (this.removals.has(place)) return;
    const removal = this.remover
      .remove(place)
      .catch((error: unknown) => this.logger.warn('chat_content_not_removed', { path: place, err: error }))
      .finally(() => this.removals.delete(place));
    this.removals.set(place, removal);
  }

  /** Begins to remove all that lies here, also what an earlier process has left. */
  async removeAll(): Promise<void> {
    const root = this.sandbox.chatsRoot;
    for (const name of await readdir(root)) {
      const place = join(root, name);
      if (name.startsWith(DISCARDED) && !this.heaps.has(place)) this.remove(place);
    }
  }

  async whenRemoved(limitMs: number): Promise<void> {
    await endsInTime(Promise.all(this.removals.values()), limitMs);
  }
}
