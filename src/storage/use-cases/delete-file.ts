import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../kernel/domain-error.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ChatFileNotFoundError } from '../domain/errors.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import {
  CHAT_FILE_REPOSITORY,
  type ChatFileRepository,
  type FileRecord,
} from '../ports/chat-file-repository.js';
import { GetFile } from './get-file.js';

@Injectable()
export class DeleteFile {
  constructor(
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly getFile: GetFile,
  ) {}

  /** @throws ChatNotFoundError, ChatFileNotFoundError */
  execute(chatId: string, fileId: string): Promise<void> {
    return this.tracer.span('usecase.delete_file', { 'chat.id': chatId }, async () => {
      const { name } = await this.getFile.execute(chatId, fileId);
      // Of now: should an upload take the name from here on, its record is another one and stays.
      const record = await this.files.findRecord(fileId);
      // The record goes last: a file without one would become the agent's.
      const isRemoved = await this.content.remove(chatId, name);
      if (!isRemoved || record === null) throw new ChatFileNotFoundError();
      await this.forget(chatId, record);
    });
  }

  /** The file is gone, so it is deleted; a record that could not be dropped is found without a file by the next list. */
  private async forget(chatId: string, record: FileRecord): Promise<void> {
    try {
      await this.files.forget([record]);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.logger.warn('file_record_not_dropped', { chat_id: chatId, err: error });
    }
  }
}
