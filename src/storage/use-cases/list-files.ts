import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { ChatFile } from '../domain/chat-file.js';
import type { Slice } from '../domain/slice.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
import { FileInventory } from './file-inventory.js';
import { GetChat } from './get-chat.js';
import { unlessFull } from './unless-full.js';

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
    private readonly getChat: GetChat,
    private readonly inventory: FileInventory,
    private readonly storage: StorageConfig,
  ) {}

  /** @throws ChatNotFoundError */
  execute(chatId: string, slice: Slice): Promise<ListedFile[]> {
    return inUseCaseSpan(this.tracer, 'list_files', { 'chat.id': chatId }, async (span) => {
      await this.getChat.get(chatId);
      const error = await unlessFull(this.inventory.update(chatId));
      if (error !== null) span.fail(error);
      const files = await this.files.listByChat(chatId, slice, this.storage.maxListedFiles);
      return Promise.all(files.map((file) => this.look(file)));
    });
  }

  private async look(file: ChatFile): Promise<ListedFile> {
    const facts = await this.content.find(file.chatId, file.name);
    return facts === null
      ? { file, isPresent: false }
      : { file: { ...file, sizeBytes: facts.sizeBytes }, isPresent: true };
  }
}
