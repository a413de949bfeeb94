import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '../../../config/configuration.js';
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

  /** Makes the directories of all sandboxes when they are missing. @throws ConfigurationError where that cannot be */
  async onModuleInit(): Promise<void> {
    const { chatsRoot, dependenciesHostPath, lambdaToolsHostPath } = this.sandbox;
    await explained('chats_root', ensureClosedDirectory(chatsRoot));
    await explained('dependencies_host_path', mkdir(dependenciesHostPath, { recursive: true, mode: 0o755 }));
    await explained('lambda_tools_host_path', mkdir(lambdaToolsHostPath, { recursive: true, mode: 0o755 }));
  }
}

async function explained(key: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      `sandbox.${key} (APP_SANDBOX_${key.toUpperCase()}): cannot be made ready: ${reason}`,
    ]);
  }
}
