import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { ChatFileNotFoundError } from '../domain/errors.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { WRITE_LEDGER, type WriteLedger } from '../ports/write-ledger.js';
import { ContentEvents } from './content-events.js';
import { GetFile } from './get-file.js';
import { unlessFull } from './unless-full.js';

@Injectable()
export class DeleteFile {
  constructor(
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getFile: GetFile,
    private readonly events: ContentEvents,
  ) {}

  /**
   * Removes the file of this id, also one that is replaced meanwhile; never another one that has got its name since.
   * @throws ChatNotFoundError, ChatFileNotFoundError
   */
  execute(chatId: string, fileId: string): Promise<void> {
    const attributes = { 'chat.id': chatId, 'file.id': fileId };
    return inUseCaseSpan(this.tracer, 'delete_file', attributes, async (span) => {
      const file = await this.getFile.get(chatId, fileId);
      if (!(await this.remove(chatId, fileId, span))) throw new ChatFileNotFoundError();
      this.events.fileDeleted(file);
    });
  }

  /** Under the lock that uploads settle under: none takes the name between the look at the record and the removal. */
  private async remove(chatId: string, fileId: string, span: Span): Promise<boolean> {
    const outcome = { isRemoved: false };
    const removal = this.ledger.removeFile(chatId, fileId, async (name) => {
      outcome.isRemoved = await this.content.remove(chatId, name);
      return outcome.isRemoved;
    });
    const error = await unlessFull(removal);
    if (error === null) return outcome.isRemoved;
    if (!outcome.isRemoved) throw error;
    span.fail(error);
    return true;
  }
}
