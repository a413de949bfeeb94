import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '../../../config/configuration.js';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { HISTORY_NAME } from '../../domain/attachment-name.js';
import type { ChatContent } from '../../ports/chat-content.js';
import { ensureClosedDirectory, ensureFile, openOpenDirectory, syncDirectory } from './directory-tree.js';
import { DiscardPile } from './discard-pile.js';
import { againWhenGone, translated } from './disk-errors.js';

/** Beside the chats: what stood in the place of the chat's history, and was none. */
export const remnantOf = (chatId: string): string => `.aside-${chatId}`;

/** One directory a chat below `sandbox.chats_root`. No sandbox can reach that root, so its entries are ours alone. */
@Injectable()
export class LocalChatContent implements ChatContent, OnModuleInit {
  constructor(
    private readonly sandbox: SandboxConfig,
    private readonly pile: DiscardPile,
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

  ensureDirectory(chatId: string): Promise<string> {
    return this.ensure(chatId, []);
  }

  ensureLayout(chatId: string): Promise<string> {
    return this.ensure(chatId, [HISTORY_NAME]);
  }

  private ensure(chatId: string, files: readonly string[]): Promise<string> {
    return translated(async () => {
      await ensureClosedDirectory(this.sandbox.chatsRoot);
      const path = join(this.sandbox.chatsRoot, chatId);
      await againWhenGone(() => this.make(path, files));
      return path;
    });
  }

  private async make(path: string, files: readonly string[]): Promise<void> {
    const { directory, isNew } = await openOpenDirectory(path);
    try {
      for (const name of files) if (await ensureFile(directory, name)) await directory.sync();
    } finally {
      await directory.close();
    }
    if (isNew) await syncDirectory(this.sandbox.chatsRoot);
  }

  discard(chatId: string): Promise<void> {
    return translated(async () => {
      // The remnant last: whoever still moves a history aside finds the chat gone then, and takes it away himself.
      await this.pile.take(chatId);
      await this.pile.take(remnantOf(chatId));
    });
  }

  findDiscarded(): Promise<void> {
    return this.pile.removeAll();
  }

  whenRemoved(limitMs: number): Promise<void> {
    return this.pile.whenRemoved(limitMs);
  }
}
