import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { DomainError } from '../../kernel/domain-error.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { ChatFile } from '../domain/chat-file.js';
import type { Slice } from '../domain/slice.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
import { FileInventory } from './file-inventory.js';
import { GetChat } from './get-chat.js';

export interface ListedFile {
  readonly file: ChatFile;
  /** False: it has just gone, or is no regular file now. It is not to be shown, but counts for the page. */
  readonly isPresent: boolean;
}

/** Shows the attachments that are on disk now, whoever wrote them. */
@Injectable()
export class ListFiles {
  constructor(
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly getChat: GetChat,
    private readonly inventory: FileInventory,
    private readonly storage: StorageConfig,
  ) {}

  /** @throws ChatNotFoundError */
  execute(chatId: string, slice: Slice): Promise<ListedFile[]> {
    return this.tracer.span('usecase.list_files', { 'chat.id': chatId }, async () => {
      await this.getChat.execute(chatId);
      await this.update(chatId);
      const files = await this.files.listByChat(chatId, slice, this.storage.maxListedFiles);
      return Promise.all(files.map((file) => this.look(file)));
    });
  }

  /** A list is to be had also where nothing can be written down: what is not recorded yet is missing then. */
  private async update(chatId: string): Promise<void> {
    try {
      await this.inventory.update(chatId);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'out-of-space') throw error;
      this.logger.warn('files_not_recorded', { chat_id: chatId, err: error });
    }
  }

  private async look(file: ChatFile): Promise<ListedFile> {
    const facts = await this.content.find(file.chatId, file.name);
    return facts === null
      ? { file, isPresent: false }
      : { file: { ...file, sizeBytes: facts.sizeBytes }, isPresent: true };
  }
}
