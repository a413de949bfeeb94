import { randomUUID } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '../../../config/configuration.js';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { StorageFullError } from '../../domain/errors.js';
import type { ChatContent } from '../../ports/chat-content.js';
import { ensureClosedDirectory, ensureFile, openOpenDirectory, syncDirectory } from './directory-tree.js';
import { TreeRemover } from './tree-remover.js';

const HISTORY = 'history.md';
/** Beside the chats, on their file system; no id of a chat begins like this. */
const DISCARDED = '.deleted-';

/** One directory a chat below `sandbox.chats_root`. No sandbox can reach that root, so its entries are ours alone. */
@Injectable()
export class LocalChatContent implements ChatContent, OnModuleInit, OnApplicationShutdown {
  private readonly remover = new TreeRemover();
  private readonly removals = new Map<string, Promise<void>>();

  constructor(
    private readonly sandbox: SandboxConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Makes the root when it is missing. @throws ConfigurationError where that cannot be */
  async onModuleInit(): Promise<void> {
    try {
      await ensureClosedDirectory(this.sandbox.chatsRoot);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError([
        `sandbox.chats_root (APP_SANDBOX_CHATS_ROOT): cannot be made ready: ${reason}`,
      ]);
    }
  }

  onApplicationShutdown(): void {
    this.remover.stop();
  }

  ensureDirectory(chatId: string): Promise<string> {
    return this.ensure(chatId, []);
  }

  ensureLayout(chatId: string): Promise<string> {
    return this.ensure(chatId, [HISTORY]);
  }

  private ensure(chatId: string, files: readonly string[]): Promise<string> {
    return translated(async () => {
      const root = this.sandbox.chatsRoot;
      const path = join(root, chatId);
      await ensureClosedDirectory(root);
      const { directory, isNew } = await openOpenDirectory(path);
      try {
        for (const name of files) if (await ensureFile(directory, name)) await directory.sync();
      } finally {
        await directory.close();
      }
      if (isNew) await syncDirectory(root);
      return path;
    });
  }

  discard(chatId: string): Promise<void> {
    return translated(async () => {
      const root = this.sandbox.chatsRoot;
      const discarded = join(root, `${DISCARDED}${randomUUID()}`);
      try {
        await rename(join(root, chatId), discarded);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
        throw error;
      }
      await syncDirectory(root);
      this.remove(discarded);
    });
  }

  async findDiscarded(): Promise<void> {
    const root = this.sandbox.chatsRoot;
    const names = await readdir(root);
    for (const name of names) if (name.startsWith(DISCARDED)) this.remove(join(root, name));
  }

  async whenRemoved(limitMs: number): Promise<void> {
    const limit = new AbortController();
    const over = sleep(limitMs, null, { signal: limit.signal }).catch(() => null);
    await Promise.race([Promise.all(this.removals.values()), over]);
    limit.abort();
  }

  private remove(path: string): void {
    if (this.removals.has(path)) return;
    const removal = this.remover
      .remove(path)
      .catch((error: unknown) => this.logger.warn('chat_content_not_removed', { path, err: error }))
      .finally(() => this.removals.delete(path));
    this.removals.set(path, removal);
  }
}

const FULL = ['ENOSPC', 'EDQUOT'];

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw FULL.includes(code)
      ? new StorageFullError('the disk of the chats is full', { cause: error })
      : error;
  }
}
