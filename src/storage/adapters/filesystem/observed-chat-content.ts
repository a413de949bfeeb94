import type { Tracer } from '../../../observability/ports/tracer.js';
import type { ChatContent } from '../../ports/chat-content.js';
import { inFileSpan, ofChat } from './file-span.js';

/** Directories of chats whose making and taking away is traced. What is removed in the background tells the log. */
export class ObservedChatContent implements ChatContent {
  constructor(
    private readonly content: ChatContent,
    private readonly tracer: Tracer,
  ) {}

  ensureDirectory(chatId: string): Promise<string> {
    return inFileSpan(this.tracer, 'ensure_directory', ofChat(chatId), () =>
      this.content.ensureDirectory(chatId),
    );
  }

  ensureLayout(chatId: string): Promise<string> {
    return inFileSpan(this.tracer, 'ensure_layout', ofChat(chatId), () => this.content.ensureLayout(chatId));
  }

  discard(chatId: string): Promise<void> {
    return inFileSpan(this.tracer, 'discard', ofChat(chatId), () => this.content.discard(chatId));
  }

  findDiscarded(): Promise<void> {
    return inFileSpan(this.tracer, 'find_discarded', {}, () => this.content.findDiscarded());
  }

  whenRemoved(limitMs: number): Promise<void> {
    return this.content.whenRemoved(limitMs);
  }
}
