import type { Tracer } from '../../../observability/ports/tracer.js';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import type {
  AttachmentContent,
  DirectoryEntries,
  Placement,
  PlacementMode,
} from '../../ports/attachment-content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { inFileSpan, ofChat } from './file-span.js';

/** Attachments whose coarse work is traced. Looks at one file are not: a list has ten thousand of them. */
export class ObservedAttachmentContent implements AttachmentContent {
  constructor(
    private readonly content: AttachmentContent,
    private readonly tracer: Tracer,
  ) {}

  open(chatId: string, name: string): Promise<OpenContent | null> {
    return inFileSpan(this.tracer, 'open', ofChat(chatId), async (span) => {
      const opened = await this.content.open(chatId, name);
      span.set({ 'file.found': opened !== null });
      return opened;
    });
  }

  find(chatId: string, name: string): Promise<ContentFacts | null> {
    return this.content.find(chatId, name);
  }

  listEntries(chatId: string, limit: number): Promise<DirectoryEntries> {
    return inFileSpan(this.tracer, 'list_entries', ofChat(chatId), async (span) => {
      const entries = await this.content.listEntries(chatId, limit);
      const { files, others, isComplete } = entries;
      span.set({ 'file.count': files.length, 'file.others': others.length, 'file.complete': isComplete });
      return entries;
    });
  }

  directoryVersion(chatId: string): Promise<string> {
    return this.content.directoryVersion(chatId);
  }

  place(chatId: string, name: string, staged: StagedContent, mode: PlacementMode): Promise<Placement> {
    return inFileSpan(this.tracer, 'place', ofChat(chatId), async (span) => {
      const placement = await this.content.place(chatId, name, staged, mode);
      span.set({ 'file.result': placement.result });
      return placement;
    });
  }

  remove(chatId: string, name: string): Promise<boolean> {
    return inFileSpan(this.tracer, 'remove', ofChat(chatId), async (span) => {
      const wasThere = await this.content.remove(chatId, name);
      span.set({ 'file.found': wasThere });
      return wasThere;
    });
  }

  clear(chatId: string): Promise<boolean> {
    return inFileSpan(this.tracer, 'clear', ofChat(chatId), () => this.content.clear(chatId));
  }
}
