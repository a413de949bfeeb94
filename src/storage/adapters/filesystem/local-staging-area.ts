import { constants } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { StorageConfig } from '../../../config/sections.js';
import type { StagedContent, StagingArea } from '../../ports/staging-area.js';
import { identityOf } from './content-facts.js';
import { ensureClosedDirectory, syncDirectory } from './directory-tree.js';
import { nullOn, translated } from './disk-errors.js';
import { StagedFile } from './staged-file.js';
import {
  isGone,
  newStagedName,
  ownerOf,
  type StagedOwner,
  startTicksOf,
  thisProcess,
} from './staged-name.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** Files beside the chats, on their file system, with names that tell which process made them. */
@Injectable()
export class LocalStagingArea implements StagingArea {
  private readonly live = new Set<string>();
  private self: Promise<StagedOwner> | null = null;

  private readonly isOneMachine: boolean;

  constructor(
    private readonly sandbox: SandboxConfig,
    { databaseUrl }: StorageConfig,
  ) {
    // SQLite's file cannot be on a network file system, so neither can another machine be at work on these chats.
    this.isOneMachine = databaseUrl.startsWith('sqlite:');
  }

  stage(): Promise<StagedContent> {
    return translated(async () => {
      await ensureClosedDirectory(this.sandbox.chatsRoot);
      const name = newStagedName(await this.whoAmI());
      const letGo = (): boolean => this.live.delete(name);
      this.live.add(name);
      try {
        return await this.create(name, letGo);
      } catch (error) {
        letGo();
        throw error;
      }
    });
  }

  private async create(name: string, letGo: () => void): Promise<StagedContent> {
    const path = this.pathOf(name);
    const handle = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
    try {
      return new StagedFile(name, path, handle, identityOf(await handle.stat({ bigint: true })), letGo);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async isAbandoned(stagedName: string): Promise<boolean> {
    if (this.live.has(stagedName)) return false;
    const stats = await nullOn(['ENOENT'], lstat(this.pathOf(stagedName)));
    const [owner, self] = [ownerOf(stagedName), await this.whoAmI()];
    if (stats === null || owner === null) return true;
    // This process's own, and not among the live ones.
    if (isDeepStrictEqual(owner, self)) return true;
    const restedMs = Date.now() - Math.max(stats.ctimeMs, stats.mtimeMs);
    const { isOneMachine } = this;
    return isGone(owner, { self, isOneMachine, startTicks: await startTicksOf(owner.pid), restedMs });
  }

  async listAbandoned(): Promise<string[]> {
    const abandoned: string[] = [];
    for (const name of await readdir(this.sandbox.chatsRoot))
      if (ownerOf(name) !== null && (await this.isAbandoned(name))) abandoned.push(name);
    return abandoned;
  }

  async remove(stagedName: string): Promise<void> {
    const removed = await nullOn(
      ['ENOENT'],
      unlink(this.pathOf(stagedName)).then(() => true),
    );
    if (removed !== null) await syncDirectory(this.sandbox.chatsRoot);
  }

  private whoAmI(): Promise<StagedOwner> {
    return (this.self ??= thisProcess());
  }

  /** Names come back from the database: none but a staged one's leads anywhere. */
  private pathOf(stagedName: string): string {
    if (ownerOf(stagedName) === null) throw new Error(`${stagedName} is no name of staged content`);
    return join(this.sandbox.chatsRoot, stagedName);
  }
}
