import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ChatFileNotFoundError } from '../domain/errors.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
import { ContentEvents } from './content-events.js';
import { GetFile } from './get-file.js';
import { unlessFull } from './unless-full.js';

@Injectable()
export class DeleteFile {
  constructor(
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getFile: GetFile,
    private readonly events: ContentEvents,
  ) {}

  /** @throws ChatNotFoundError, ChatFileNotFoundError */
  execute(chatId: string, fileId: string): Promise<void> {
    const attributes = { 'chat.id': chatId, 'file.id': fileId };
    return inUseCaseSpan(this.tracer, 'delete_file', attributes, async (span) => {
      const file = await this.getFile.get(chatId, fileId);
      // Of now: should an upload take the name from here on, its record is another one and stays.
      const record = await this.files.findRecord(fileId);
      // The record goes last: a file without one would become the agent's.
      const isRemoved = await this.content.remove(chatId, file.name);
      if (!isRemoved || record === null) throw new ChatFileNotFoundError();
      const error = await unlessFull(this.files.forget([record]));
      if (error !== null) span.fail(error);
      this.events.fileDeleted(file);
    });
  }
}
