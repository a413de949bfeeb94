import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { assertAttachmentName } from '../domain/attachment-name.js';
import type { Chat } from '../domain/chat.js';
import type { ChatFile } from '../domain/chat-file.js';
import { ChatFileExistsError } from '../domain/errors.js';
import {
  ATTACHMENT_CONTENT,
  type AttachmentContent,
  type PlacementMode,
  type Replaced,
} from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
import type { ContentWrite, Settlement } from '../ports/write-ledger.js';
import { ContentEvents } from './content-events.js';
import { ContentWriter, type ReceivedContent } from './content-writer.js';
import { GetChat } from './get-chat.js';

export interface FileToStore {
  readonly chatId: string;
  readonly name: string;
  readonly contentType: string | null;
  /** How many bytes the source says that it has at least; null: it does not say. */
  readonly declaredBytes: number | null;
  readonly mode: PlacementMode;
  readonly source: AsyncIterable<Uint8Array>;
}

export interface StoredFile {
  readonly file: ChatFile;
  readonly isNew: boolean;
}

/** Keeps a file under its name, whole and durably, or leaves everything as it was. */
@Injectable()
export class StoreFile {
  constructor(
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly writer: ContentWriter,
    private readonly events: ContentEvents,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * The source is read only once all that can be said before has been. What it throws is thrown on.
   * @throws InvalidAttachmentNameError, ReservedAttachmentNameError, ChatNotFoundError, ChatFileExistsError,
   * PayloadTooLargeError, WorkspaceQuotaExceededError, StorageFullError
   */
  execute(file: FileToStore): Promise<StoredFile> {
    return inUseCaseSpan(this.tracer, 'store_file', { 'chat.id': file.chatId }, (span) =>
      this.store(file, span),
    );
  }

  private async store(file: FileToStore, span: Span): Promise<StoredFile> {
    assertAttachmentName(file.name);
    const chat = await this.getChat.get(file.chatId);
    const present = await this.content.find(file.chatId, file.name);
    if (file.mode === 'new' && present !== null) throw new ChatFileExistsError();
    const { maxFileBytes } = this.storage;
    const creditBytes = present?.chargedBytes ?? 0;
    const content = { ...file, chat, kind: 'file', maxBytes: maxFileBytes, creditBytes } as const;
    return this.writer.receive(content, async (received) => {
      const stored = await this.place(chat, file, received);
      this.events.fileStored(stored.file, received.bytes);
      span.set({ 'file.size': received.bytes, 'file.new': stored.isNew });
      return stored;
    });
  }

  private async place(
    chat: Chat,
    { name, mode }: FileToStore,
    received: ReceivedContent,
  ): Promise<StoredFile> {
    const { write, staged } = received;
    const { sizeBytes, chargedBytes } = await staged.seal();
    // Known before, in case that the record cannot be written and so cannot be read.
    const known = await this.files.findByName(chat.chatId, name);
    const outcome: { replaced: Replaced } = { replaced: 'nothing' };
    const settlement: Settlement = {
      look: async () => ({
        addedBytes: chargedBytes,
        replaced: await this.content.find(chat.chatId, name),
      }),
      place: async () => {
        const placement = await this.content.place(chat.chatId, name, staged, mode);
        if (placement.result === 'taken') return null;
        outcome.replaced = placement.replaced;
        return { sizeBytes, isReplacement: placement.replaced !== 'nothing' };
      },
    };
    const settled = await this.writer.settle(chat, write, settlement);
    if (settled === 'not-placed') throw new ChatFileExistsError();
    const isRecorded = settled !== 'unrecorded' && settled !== null;
    const file = isRecorded
      ? settled
      : expectedRecord(write, sizeBytes, outcome.replaced === 'nothing' ? null : known);
    // What stood in a file's place may have borne the name of one that is still on record.
    const hasNewRecord = file.fileId === write.fileId;
    return {
      file,
      isNew: outcome.replaced === 'nothing' || (outcome.replaced === 'obstacle' && hasNewRecord),
    };
  }
}

/** What the record will say once it is written. */
const expectedRecord = (write: ContentWrite, sizeBytes: number, known: ChatFile | null): ChatFile => ({
  fileId: known?.fileId ?? write.fileId,
  chatId: write.chatId,
  name: write.name,
  contentType: write.contentType,
  sizeBytes,
  origin: 'upload',
  createdAt: known?.createdAt ?? write.startedAt,
});
