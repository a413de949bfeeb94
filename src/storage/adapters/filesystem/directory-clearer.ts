import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HISTORY_NAME } from '../../domain/attachment-name.js';
import type { ChatDirectory } from './chat-directory.js';
import { runChild } from './child-command.js';
import { openEntries } from './directory-names.js';
import { DiscardPile } from './discard-pile.js';
import { codeOf } from './disk-errors.js';

/** A sandbox may put new entries there all the time; what was there before is gone after the first round. */
const MAX_ROUNDS = 3;
/** For some million entries at the top. */
const LIMIT_MS = 60_000;
/** What `mv` could not move, and is worth trying by hand. */
const MAX_LEFT = 1000;

const ALL_BUT_HISTORY = ['.', '-mindepth', '1', '-maxdepth', '1', '!', '-name', HISTORY_NAME];

const moveInto = (heap: string): string[] => {
  const move = ['-type', 'd', '-exec', 'mv', '-f', '-t', heap, '--', '{}', '+'];
  return [...ALL_BUT_HISTORY, '(', ...move, '-o', '-delete', ')'];
};

/** For a disk that has no room even for a directory to move things into: this makes it. */
const REMOVE_ALL = ['.', '-xdev', '-mindepth', '1', '!', '-path', `./${HISTORY_NAME}`, '-delete'];

/**
 * Empties a chat's directory: what is no directory is removed, directories are moved out of the sandbox's reach, which is
 * quick however much lies below, and are removed there. So nothing goes on in the directory once the caller has been
 * answered, and no file that comes later can be taken for one of those that were to go.
 */
@Injectable()
export class DirectoryClearer implements OnApplicationShutdown {
  private readonly stop = new AbortController();

  constructor(private readonly pile: DiscardPile) {}

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  /**
   * @returns false when something that was met in the last round is still there
   * @throws Error when it is not done in time: what is left is as it was
   */
  async clear(directory: ChatDirectory): Promise<boolean> {
    const limit = AbortSignal.any([this.stop.signal, AbortSignal.timeout(LIMIT_MS)]);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      if (await this.moveAll(directory, limit)) return true;
      if (limit.aborted) throw new Error('a chat could not be cleared in time');
    }
    return false;
  }

  /** @returns whether all that was met is gone */
  private async moveAll(directory: ChatDirectory, signal: AbortSignal): Promise<boolean> {
    const heap = await this.pile.newHeap();
    try {
      const words = heap === null ? REMOVE_ALL : moveInto(heap);
      // By the descriptor: its name may be gone with its chat.
      const isDone = (await runChild('find', words, { cwd: directory.path, signal })) === 0;
      return isDone || (!signal.aborted && (await this.moveByHand(directory)));
    } finally {
      await directory.sync();
      if (heap !== null) this.pile.remove(heap);
    }
  }

  /**
   * Directories that are closed to a service that is not root are opened first.
   * @returns whether all that was met is gone
   */
  private async moveByHand(directory: ChatDirectory): Promise<boolean> {
    let left = 0;
    let isRefused = false;
    for await (const { name } of await openEntries(directory.path)) {
      if (name.toString() === HISTORY_NAME) continue;
      if ((left += 1) > MAX_LEFT) return false;
      const place = this.pile.newPlace();
      try {
        if (await directory.moveOut(name, place)) this.pile.remove(place);
      } catch (error) {
        // Not ours to open; the others are.
        if (!['EACCES', 'EPERM'].includes(codeOf(error))) throw error;
        isRefused = true;
      }
    }
    return !isRefused;
  }
}
