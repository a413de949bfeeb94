import type { Tracer } from '../../../observability/ports/tracer.js';
import type { OpenContent } from '../../domain/content.js';
import type { HistoryContent } from '../../ports/history-content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { inFileSpan, ofChat } from './file-span.js';

/** Histories whose work on the disk is traced. */
export class ObservedHistoryContent implements HistoryContent {
  constructor(
    private readonly history: HistoryContent,
    private readonly tracer: Tracer,
  ) {}

  open(chatId: string): Promise<OpenContent> {
    return inFileSpan(this.tracer, 'open_history', ofChat(chatId), async (span) => {
      const content = await this.history.open(chatId);
      span.set({ 'file.size': content.facts.sizeBytes });
      return content;
    });
  }

  digest(content: OpenContent, limitBytes: number): Promise<string> {
    return inFileSpan(this.tracer, 'digest_history', {}, () => this.history.digest(content, limitBytes));
  }

  place(chatId: string, staged: StagedContent, expectedVersion: string): Promise<boolean> {
    return inFileSpan(this.tracer, 'place_history', ofChat(chatId), async (span) => {
      const isPlaced = await this.history.place(chatId, staged, expectedVersion);
      span.set({ 'file.result': isPlaced ? 'placed' : 'changed' });
      return isPlaced;
    });
  }
}
