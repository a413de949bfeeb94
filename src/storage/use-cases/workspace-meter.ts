import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { CHAT_REPOSITORY, type ChatRepository } from '../ports/chat-repository.js';
import { WORKSPACE_USAGE_READER, type WorkspaceUsageReader } from '../ports/workspace-usage-reader.js';
import { WRITE_LEDGER, type WriteLedger } from '../ports/write-ledger.js';
import { Turns } from '../../kernel/turns.js';

/** A route that needs no engine answers within 5 s (02-lifecycle). */
const LIMIT_MS = 4000;

/** Looks how much a workspace holds, and corrects the ledger by it. */
@Injectable()
export class WorkspaceMeter {
  private readonly turns = new Turns();
  /** Measurements that have not begun yet: whoever comes before they do is served by them too. */
  private readonly waiting = new Map<string, Promise<number>>();

  constructor(
    @Inject(CHAT_REPOSITORY) private readonly chats: ChatRepository,
    @Inject(WORKSPACE_USAGE_READER) private readonly reader: WorkspaceUsageReader,
    @Inject(WRITE_LEDGER) private readonly ledger: WriteLedger,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Measures what is there after the call; calls at the same time share one measurement.
   * @returns bytes; where the time did not suffice, the greater of what was seen and what was known
   * @throws WorkspaceNotFoundError
   */
  measure(workspaceId: string): Promise<number> {
    const joined = this.waiting.get(workspaceId);
    if (joined !== undefined) return joined;
    const measurement = this.turns.take(workspaceId, () => {
      this.waiting.delete(workspaceId);
      return this.measureNow(workspaceId);
    });
    this.waiting.set(workspaceId, measurement);
    return measurement;
  }

  private async measureNow(workspaceId: string): Promise<number> {
    const before = await this.ledger.account(workspaceId);
    const chatIds = await this.chats.listIds(workspaceId);
    const { bytesByChat, isComplete } = await this.reader.measure(chatIds, LIMIT_MS);
    const bytes = [...bytesByChat.values()].reduce((sum, ofChat) => sum + ofChat, 0);
    if (!isComplete) {
      this.logger.warn('workspace_not_measured', { workspace_id: workspaceId, seen_bytes: bytes });
      if (bytes <= before.usedBytes) return before.usedBytes;
    }
    await this.ledger.correct(workspaceId, bytes, before.writtenBytes);
    return bytes;
  }
}
