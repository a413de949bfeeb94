import { link, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import type {
  AttachmentContent,
  DirectoryEntries,
  Placement,
  PlacementMode,
  Replaced,
} from '../../ports/attachment-content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { ChatDirectory } from './chat-directory.js';
import { type HostileKind, toContentFacts } from './content-facts.js';
import { DirectoryClearer } from './directory-clearer.js';
import { attachmentEntries } from './directory-names.js';
import { DiscardPile } from './discard-pile.js';
import { codeOf, nullOn, translated } from './disk-errors.js';
import { HostileEntries } from './hostile-entries.js';

/** How often a sandbox may put a directory back where a file is to go. */
const MAX_TRIES = 5;

const TAKEN: Placement = { result: 'taken' };

/** The files at the top of the chats' directories, below `sandbox.chats_root`. */
@Injectable()
export class LocalAttachmentContent implements AttachmentContent {
  constructor(
    private readonly sandbox: SandboxConfig,
    private readonly pile: DiscardPile,
    private readonly clearer: DirectoryClearer,
    private readonly hostile: HostileEntries,
  ) {}

  async open(chatId: string, name: string): Promise<OpenContent | null> {
    await using directory = await this.directoryOf(chatId);
    const entry = (await directory?.openFile(name)) ?? null;
    if (entry === null) return null;
    if (entry.kind === 'file') return entry.file;
    this.hostile.metAsAttachment(entry.kind);
    return null;
  }

  async find(chatId: string, name: string): Promise<ContentFacts | null> {
    await using directory = await this.directoryOf(chatId);
    const entry = (await directory?.lookAt(name)) ?? null;
    if (entry === null) return null;
    if (entry.kind === 'file') return toContentFacts(entry.stats);
    this.hostile.metAsAttachment(entry.kind);
    return null;
  }

  async listEntries(chatId: string, limit: number): Promise<DirectoryEntries> {
    await using directory = await this.directoryOf(chatId);
    return directory === null
      ? { files: [], others: [], isComplete: true }
      : await attachmentEntries(directory.path, limit);
  }

  async directoryVersion(chatId: string): Promise<string> {
    await using directory = await this.directoryOf(chatId);
    return (await directory?.version()) ?? '';
  }

  place(chatId: string, name: string, staged: StagedContent, mode: PlacementMode): Promise<Placement> {
    return translated(async () => {
      await using directory = await ChatDirectory.ensure(this.sandbox.chatsRoot, chatId);
      const source = join(this.sandbox.chatsRoot, staged.stagedName);
      const placement =
        mode === 'new'
          ? await this.placeNew(directory, name, source)
          : await this.replace(directory, name, source);
      if (placement.result === 'placed') await directory.sync();
      return placement;
    });
  }

  /** Between the two steps the file has two links: for readers it is not there yet. */
  private async placeNew(directory: ChatDirectory, name: string, source: string): Promise<Placement> {
    const linked = await nullOn(
      ['EEXIST'],
      link(source, directory.pathTo(name)).then(() => true),
    );
    if (linked === null) return TAKEN;
    await unlink(source);
    return { result: 'placed', replaced: 'nothing' };
  }

  private async replace(directory: ChatDirectory, name: string, source: string): Promise<Placement> {
    let wasInTheWay = false;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const kind = (await directory.lookAt(name))?.kind ?? null;
      try {
        await rename(source, directory.pathTo(name));
        return { result: 'placed', replaced: replacedBy(kind, wasInTheWay) };
      } catch (error) {
        if (codeOf(error) !== 'EISDIR') throw error;
      }
      if (!(await this.clearWay(directory, name))) return TAKEN;
      wasInTheWay = true;
    }
    return TAKEN;
  }

  /** No file is put in the place of a directory: it goes first. */
  private async clearWay(directory: ChatDirectory, name: string): Promise<boolean> {
    const place = this.pile.newPlace();
    const moved = await nullOn(['EACCES', 'EPERM'], directory.moveOut(name, place));
    if (moved === true) this.pile.remove(place);
    return moved !== null;
  }

  async remove(chatId: string, name: string): Promise<boolean> {
    await using directory = await this.directoryOf(chatId);
    if (directory === null || (await directory.lookAt(name))?.kind !== 'file') return false;
    // A link that has taken its place meanwhile is what goes then, not what it leads to.
    const removed = await nullOn(
      ['ENOENT', 'EISDIR'],
      unlink(directory.pathTo(name)).then(() => true),
    );
    if (removed === null) return false;
    await directory.sync();
    return true;
  }

  async clear(chatId: string): Promise<boolean> {
    await using directory = await this.directoryOf(chatId);
    return directory === null || (await this.clearer.clear(directory));
  }

  private directoryOf(chatId: string): Promise<ChatDirectory | null> {
    return ChatDirectory.find(this.sandbox.chatsRoot, chatId);
  }
}

/** @param wasInTheWay whether something was moved out before, which leaves nothing behind */
function replacedBy(kind: HostileKind | 'file' | null, wasInTheWay: boolean): Replaced {
  if (kind === 'file') return 'file';
  return kind !== null || wasInTheWay ? 'obstacle' : 'nothing';
}
