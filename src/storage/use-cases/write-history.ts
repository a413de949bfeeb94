import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { HISTORY_NAME } from '../domain/attachment-name.js';
import type { Chat } from '../domain/chat.js';
import type { OpenContent } from '../domain/content.js';
import { HistoryBusyError, HistoryChangedError, PayloadTooLargeError } from '../domain/errors.js';
import { assertUtf8 } from '../domain/utf8.js';
import { HISTORY_CONTENT, type HistoryContent } from '../ports/history-content.js';
import { STAGING_AREA, type StagedContent, type StagingArea } from '../ports/staging-area.js';
import { ContentEvents } from './content-events.js';
import { ContentWriter, type ReceivedContent } from './content-writer.js';
import { GetChat } from './get-chat.js';
import { Turns } from '../../kernel/turns.js';

/** How often another process, or the sandbox, may change the history while it is being rewritten. */
const MAX_TRIES = 20;
/**
 * And for how long, the wait for the turn included: each try costs the disk several writes, and who comes after waits for
 * all of them. A sandbox that fights for the name would otherwise make a line of writers wait for its length times this.
 */
const LIMIT_MS = 2500;
/** However long the turn was waited for. */
const MIN_TRIES = 3;

export interface HistoryToWrite {
  readonly chatId: string;
  /** `append`: behind what is there, whatever others append at the same time. */
  readonly mode: 'replace' | 'append';
  /** How many bytes the source says that it has; null: it does not say. */
  readonly declaredBytes: number | null;
  /** The tags one of which the present history must have; `any`: any history will do; null: nothing is asked. */
  readonly expected: readonly string[] | 'any' | null;
  readonly source: AsyncIterable<Uint8Array>;
}

/** Replaces or extends a chat's history, whole and durably, or leaves it as it was. */
@Injectable()
export class WriteHistory {
  private readonly turns = new Turns();

  constructor(
    @Inject(HISTORY_CONTENT) private readonly history: HistoryContent,
    @Inject(STAGING_AREA) private readonly staging: StagingArea,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly writer: ContentWriter,
    private readonly events: ContentEvents,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * The source is read only once all that can be said before has been. What it throws is thrown on.
   * @returns the tag of the new history
   * @throws ChatNotFoundError, HistoryChangedError, HistoryBusyError, InvalidEncodingError, PayloadTooLargeError,
   * WorkspaceQuotaExceededError, StorageFullError
   */
  execute(request: HistoryToWrite): Promise<string> {
    const attributes = { 'chat.id': request.chatId, 'history.mode': request.mode };
    return inUseCaseSpan(this.tracer, 'write_history', attributes, () => this.write(request));
  }

  private async write(request: HistoryToWrite): Promise<string> {
    const chat = await this.getChat.get(request.chatId);
    const creditBytes = await this.look(request);
    const content = {
      chat,
      kind: 'history',
      name: HISTORY_NAME,
      contentType: null,
      source: assertUtf8(request.source),
      declaredBytes: request.declaredBytes,
      maxBytes: this.maxBytes,
      creditBytes,
    } as const;
    return this.writer.receive(content, (received) => {
      const endMs = performance.now() + LIMIT_MS;
      return this.turns.take(chat.chatId, () => this.untilPlaced(chat, request, received, endMs));
    });
  }

  /** @returns the bytes that the new history makes free */
  private async look({ chatId, mode, expected }: HistoryToWrite): Promise<number> {
    await using current = await this.history.open(chatId);
    await this.assertExpected(current, expected);
    return mode === 'replace' ? current.facts.chargedBytes : 0;
  }

  private async untilPlaced(
    chat: Chat,
    request: HistoryToWrite,
    received: ReceivedContent,
    endMs: number,
  ): Promise<string> {
    const mayTry = (tries: number): boolean => tries < MIN_TRIES || performance.now() < endMs;
    for (let tries = 0; tries < MAX_TRIES && mayTry(tries); tries += 1) {
      await using current = await this.history.open(chat.chatId);
      await this.assertExpected(current, request.expected);
      await using appended = request.mode === 'append' ? await this.append(current, received) : null;
      const tag = await this.place(chat, current, received, appended ?? received.staged);
      if (tag !== null) return tag;
    }
    throw new HistoryBusyError();
  }

  private async append(current: OpenContent, addition: ReceivedContent): Promise<StagedContent> {
    // Before a byte is copied: the sandbox may have made it a sparse file as long as it liked.
    if (current.facts.sizeBytes + addition.bytes > this.maxBytes) throw new PayloadTooLargeError();
    const whole = await this.staging.stage();
    try {
      await whole.append(current);
      await using added = addition.staged.readBack();
      await whole.append(added);
      return whole;
    } catch (error) {
      await whole[Symbol.asyncDispose]();
      throw error;
    }
  }

  private async place(
    chat: Chat,
    current: OpenContent,
    { write }: ReceivedContent,
    staged: StagedContent,
  ): Promise<string | null> {
    const { sizeBytes, chargedBytes } = await staged.seal();
    if (sizeBytes > this.maxBytes) throw new PayloadTooLargeError();
    const tag = await this.history.digest(staged.readBack(), this.maxBytes);
    const settled = await this.writer.settle(chat, write, {
      addedBytes: () => Promise.resolve(chargedBytes - current.facts.chargedBytes),
      place: async () => {
        const isPlaced = await this.history.place(chat.chatId, staged, current.facts.version);
        return isPlaced ? { sizeBytes, isReplacement: true } : null;
      },
    });
    if (settled === 'not-placed') return null;
    this.events.historyWritten(chat.chatId, sizeBytes);
    return tag;
  }

  private async assertExpected(current: OpenContent, expected: HistoryToWrite['expected']): Promise<void> {
    if (expected === null || expected === 'any') return;
    if (!expected.includes(await this.history.digest(current, this.maxBytes)))
      throw new HistoryChangedError();
  }

  private get maxBytes(): number {
    return this.storage.maxHistoryBytes;
  }
}
