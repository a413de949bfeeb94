import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { ChatDirectoryError, type ChatDirectories } from '../../ports/chat-directories.js';
import { ensureClosedDirectory, ensureOpenDirectory } from './directory-tree.js';

/** One directory a chat below `sandbox.chats_root`. No sandbox can reach that root, so its entries are ours alone. */
@Injectable()
export class LocalChatDirectories implements ChatDirectories, OnModuleInit {
  constructor(private readonly sandbox: SandboxConfig) {}

  async ensure(chatId: string): Promise<string> {
    const path = join(this.sandbox.chatsRoot, chatId);
    try {
      await ensureClosedDirectory(this.sandbox.chatsRoot);
      await ensureOpenDirectory(path);
    } catch (error) {
      throw new ChatDirectoryError(`the directory of chat ${chatId} cannot be made`, { cause: error });
    }
    return path;
  }

  /** Makes the directories of all sandboxes when they are missing. */
  async onModuleInit(): Promise<void> {
    await ensureClosedDirectory(this.sandbox.chatsRoot);
    await mkdir(this.sandbox.dependenciesHostPath, { recursive: true, mode: 0o755 });
    await mkdir(this.sandbox.lambdaToolsHostPath, { recursive: true, mode: 0o755 });
  }
}
