import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { type SpanAttributes, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { ChatFile } from '../domain/chat-file.js';
import type { OpenContent } from '../domain/content.js';
import { ChatFileNotFoundError } from '../domain/errors.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
import { GetChat } from './get-chat.js';

export interface OpenedFile {
  readonly file: ChatFile;
  /** To be disposed by the caller. */
  readonly content: OpenContent;
}

/** One attachment as it is on disk now. */
@Injectable()
export class GetFile {
  constructor(
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
  ) {}

  /** @throws ChatNotFoundError, ChatFileNotFoundError */
  execute(chatId: string, fileId: string): Promise<ChatFile> {
    return inUseCaseSpan(this.tracer, 'get_file', attributesOf(chatId, fileId), () =>
      this.get(chatId, fileId),
    );
  }

  /** The same, as a step of another use case: without a span. */
  async get(chatId: string, fileId: string): Promise<ChatFile> {
    const file = await this.find(chatId, fileId);
    const facts = await this.content.find(chatId, file.name);
    if (facts === null) throw new ChatFileNotFoundError();
    return { ...file, sizeBytes: facts.sizeBytes };
  }

  /** The file with its bytes. @throws ChatNotFoundError, ChatFileNotFoundError */
  open(chatId: string, fileId: string): Promise<OpenedFile> {
    return inUseCaseSpan(this.tracer, 'open_file', attributesOf(chatId, fileId), async (span) => {
      const file = await this.find(chatId, fileId);
      const content = await this.content.open(chatId, file.name);
      if (content === null) throw new ChatFileNotFoundError();
      const { sizeBytes } = content.facts;
      span.set({ 'file.size': sizeBytes });
      return { file: { ...file, sizeBytes }, content };
    });
  }

  private async find(chatId: string, fileId: string): Promise<ChatFile> {
    await this.getChat.get(chatId);
    const file = await this.files.find(fileId);
    if (file?.chatId !== chatId) throw new ChatFileNotFoundError();
    return file;
  }
}

const attributesOf = (chatId: string, fileId: string): SpanAttributes => ({
  'chat.id': chatId,
  'file.id': fileId,
});
