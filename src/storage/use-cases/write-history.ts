import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { Turns } from '../../kernel/turns.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { HISTORY_NAME } from '../domain/attachment-name.js';
import type { Chat } from '../domain/chat.js';
import { HistoryBusyError } from '../domain/errors.js';
import { assertUtf8 } from '../domain/utf8.js';
import { ContentEvents } from './content-events.js';
import { ContentWriter, type ReceivedContent } from './content-writer.js';
import { GetChat } from './get-chat.js';
import { type HistoryChange, HistoryRewriter, type RewrittenHistory } from './history-rewriter.js';

/** How often the sandbox may change the history while it is being rewritten; of other processes, the first try alone. */
const MAX_TRIES = 20;
/**
 * And for how long, the wait for the turn included: each try costs the disk several writes, and who comes after waits for
 * all of them. A sandbox that fights for the name would otherwise make a line of writers wait for its length times this.
 */
const LIMIT_MS = 2000;
/** However long the turn was waited for: one that other processes may take, and two that the sandbox alone can. */
const MIN_TRIES = 3;

export interface HistoryToWrite extends HistoryChange {
  /** How many bytes the source says that it has; null: it does not say. */
  readonly declaredBytes: number | null;
  readonly source: AsyncIterable<Uint8Array>;
}

/** Replaces or extends a chat's history, whole and durably, or leaves it as it was. */
@Injectable()
export class WriteHistory {
  private readonly turns = new Turns();

  constructor(
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getChat: GetChat,
    private readonly writer: ContentWriter,
    private readonly rewriter: HistoryRewriter,
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
    const creditBytes = await this.rewriter.look(request);
    const content = {
      chat,
      kind: 'history',
      name: HISTORY_NAME,
      contentType: null,
      source: assertUtf8(request.source),
      declaredBytes: request.declaredBytes,
      maxBytes: this.storage.maxHistoryBytes,
      creditBytes,
    } as const;
    return this.writer.receive(content, (received) => {
      const endMs = performance.now() + LIMIT_MS;
      return this.turns.take(chat.chatId, () => this.untilPlaced(chat, request, received, endMs));
    });
  }

  private async untilPlaced(
    chat: Chat,
    change: HistoryChange,
    received: ReceivedContent,
    endMs: number,
  ): Promise<string> {
    const mayTry = (tries: number): boolean => tries < MIN_TRIES || performance.now() < endMs;
    for (let tries = 0; tries < MAX_TRIES && mayTry(tries); tries += 1) {
      const make = (): Promise<RewrittenHistory> => this.rewriter.rewrite(change, received);
      const tag = await (tries === 0
        ? this.tryAhead(chat, received, make)
        : this.tryAlone(chat, received, make));
      if (tag !== null) return tag;
    }
    throw new HistoryBusyError();
  }

  /** Makes the new history before it asks for the lock of the workspace: nobody waits for the copying. */
  private async tryAhead(
    chat: Chat,
    received: ReceivedContent,
    make: () => Promise<RewrittenHistory>,
  ): Promise<string | null> {
    await using made = await make();
    return await this.settle(chat, received, () => Promise.resolve(made));
  }

  /** Makes it under that lock: no other process comes between, and only the sandbox can. */
  private async tryAlone(
    chat: Chat,
    received: ReceivedContent,
    make: () => Promise<RewrittenHistory>,
  ): Promise<string | null> {
    // More than one where the quota has to be looked at again.
    await using made = new AsyncDisposableStack();
    return await this.settle(chat, received, async () => made.use(await make()));
  }

  private async settle(
    chat: Chat,
    { write }: ReceivedContent,
    takeMade: () => Promise<RewrittenHistory>,
  ): Promise<string | null> {
    const latest: { made: RewrittenHistory | null } = { made: null };
    const settled = await this.writer.settle(chat, write, {
      look: async () => {
        latest.made = await takeMade();
        return latest.made.replacement;
      },
      place: async () => {
        const { made } = latest;
        return made !== null && (await made.place())
          ? { sizeBytes: made.sizeBytes, isReplacement: true }
          : null;
      },
    });
    const { made } = latest;
    if (settled === 'not-placed' || made === null) return null;
    this.events.historyWritten(chat.chatId, made.sizeBytes);
    return made.tag;
  }
}
