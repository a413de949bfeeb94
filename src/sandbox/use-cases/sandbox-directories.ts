import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { SandboxStartFailedError } from '../domain/errors.js';
import { CHAT_DIRECTORIES, type ChatDirectories, ChatDirectoryError } from '../ports/chat-directories.js';
import { HOST_PATHS, type HostPaths } from '../ports/host-paths.js';
import type { Terms } from './start-flights.js';

/** The host directories that a sandbox is about to mount. */
@Injectable()
export class SandboxDirectories {
  constructor(
    @Inject(CHAT_DIRECTORIES) private readonly chats: ChatDirectories,
    @Inject(HOST_PATHS) private readonly paths: HostPaths,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * Makes the chat's directory; the volume is the caller's, and only looked at.
   * @returns the chat's directory
   * @throws SandboxStartFailedError
   */
  async prepare({ chatId, volumeHostPath }: Terms): Promise<string> {
    const overridesModes = this.sandbox.capAdd.includes('DAC_OVERRIDE');
    if (!overridesModes && (await this.paths.isWritableBy(volumeHostPath, this.sandbox.user)) === false) {
      this.logger.warn('sandbox_volume_not_writable', {
        chat_id: chatId,
        volume_host_path: volumeHostPath,
        hint: 'the agent cannot write there: change its owner or mode, or set sandbox.user or sandbox.cap_add',
      });
    }
    try {
      return await this.chats.ensure(chatId);
    } catch (error) {
      if (!(error instanceof ChatDirectoryError)) throw error;
      throw new SandboxStartFailedError('chat directory cannot be made', { cause: error });
    }
  }
}
