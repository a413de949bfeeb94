import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { HISTORY_NAME } from '../../domain/attachment-name.js';
import type { OpenContent } from '../../domain/content.js';
import { ChatNotFoundError, HistoryBusyError } from '../../domain/errors.js';
import type { HistoryContent } from '../../ports/history-content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { ChatDirectory } from './chat-directory.js';
import { Turns } from '../../../kernel/turns.js';
import { toContentFacts } from './content-facts.js';
import { makeFile } from './directory-tree.js';
import { DiscardPile } from './discard-pile.js';
import { nullOn, translated } from './disk-errors.js';
import { HostileEntries } from './hostile-entries.js';
import { remnantOf } from './local-chat-content.js';

/** How often a sandbox may put something else back in the history's place. */
const MAX_TRIES = 5;
/** What bears the remnant's name, and cannot be written over. */
const IN_THE_WAY = ['EEXIST', 'ENOTEMPTY', 'EISDIR', 'ENOTDIR'];

/** `history.md` at the top of the chats' directories, below `sandbox.chats_root`. */
@Injectable()
export class LocalHistoryContent implements HistoryContent {
  /** What one has begun anew is not for another one, that had seen what was there before, to move aside. */
  private readonly turns = new Turns();

  constructor(
    private readonly sandbox: SandboxConfig,
    private readonly pile: DiscardPile,
    private readonly hostile: HostileEntries,
  ) {}

  open(chatId: string): Promise<OpenContent> {
    return translated(async () => {
      await using directory = await ChatDirectory.find(this.sandbox.chatsRoot, chatId);
      if (directory === null) throw new ChatNotFoundError();
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const entry = await directory.openFile(HISTORY_NAME);
        if (entry?.kind === 'file') return entry.file;
        await this.turns.take(chatId, () => this.beginAnew(directory, chatId));
      }
      throw new HistoryBusyError();
    });
  }

  /**
   * Makes an empty history where none is, and what is none goes aside first. Nothing of that waits for the disk: after a
   * loss of power it is done again, and a sandbox could keep the disk busy with it.
   */
  private async beginAnew(directory: ChatDirectory, chatId: string): Promise<void> {
    const entry = await directory.openFile(HISTORY_NAME);
    if (entry?.kind === 'file') {
      await entry.file[Symbol.asyncDispose]();
      return;
    }
    if (entry !== null && (await this.moveAside(directory, chatId)))
      this.hostile.movedAside(chatId, entry.kind);
    const made = await nullOn(['ENOENT'], makeFile(directory.descriptor, HISTORY_NAME));
    // The chat was deleted meanwhile, its directory removed.
    if (made === null) throw new ChatNotFoundError();
  }

  /** The last remnant is kept; the one before goes. */
  private async moveAside(directory: ChatDirectory, chatId: string): Promise<boolean> {
    const remnant = remnantOf(chatId);
    await this.pile.drop(remnant);
    const target = join(this.sandbox.chatsRoot, remnant);
    const moved = await nullOn([...IN_THE_WAY, 'EPERM'], directory.moveOut(HISTORY_NAME, target));
    if (moved !== true) return false;
    // Of a chat that was deleted meanwhile, nobody would come for it any more.
    if (!(await directory.isStillThere(join(this.sandbox.chatsRoot, chatId)))) await this.pile.take(remnant);
    return true;
  }

  async digest(content: OpenContent, limitBytes: number): Promise<string> {
    const { sizeBytes, version } = content.facts;
    if (sizeBytes > limitBytes) return version;
    const hash = createHash('sha256');
    if (sizeBytes > 0) for await (const chunk of content.read(0, sizeBytes - 1)) hash.update(chunk);
    return hash.digest('hex');
  }

  place(chatId: string, staged: StagedContent, expectedVersion: string): Promise<boolean> {
    return translated(async () => {
      await using directory = await ChatDirectory.find(this.sandbox.chatsRoot, chatId);
      if (directory === null) return false;
      return await this.turns.take(chatId, () => this.replace(directory, staged, expectedVersion));
    });
  }

  private async replace(
    directory: ChatDirectory,
    staged: StagedContent,
    expectedVersion: string,
  ): Promise<boolean> {
    const entry = await directory.lookAt(HISTORY_NAME);
    if (entry?.kind !== 'file' || toContentFacts(entry.stats).version !== expectedVersion) return false;
    const source = join(this.sandbox.chatsRoot, staged.stagedName);
    // A directory that has taken its place since: another history than the one that was expected, too.
    const placing = rename(source, directory.pathTo(HISTORY_NAME)).then(() => true);
    if ((await nullOn(['EISDIR'], placing)) === null) return false;
    await directory.sync();
    return true;
  }
}
