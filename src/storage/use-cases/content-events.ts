import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import type { Chat } from '../domain/chat.js';
import type { ChatFile } from '../domain/chat-file.js';

/** What becomes of the content of chats, told to the log and the metrics; never what it is called or what it says. */
@Injectable()
export class ContentEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** @param receivedBytes what the caller sent */
  fileStored(file: ChatFile, receivedBytes: number): void {
    this.metrics.add('storage.upload.bytes', receivedBytes);
    this.logger.info('file_stored', factsOf(file));
  }

  fileDeleted(file: ChatFile): void {
    this.logger.info('file_deleted', factsOf(file));
  }

  filesCleared(chatId: string): void {
    this.logger.info('files_cleared', { chat_id: chatId });
  }

  /** Something of them is still there. */
  filesNotCleared(chatId: string): void {
    this.logger.warn('files_not_cleared', { chat_id: chatId });
  }

  /** @param sizeBytes of the whole history as it is now */
  historyWritten(chatId: string, sizeBytes: number): void {
    this.logger.info('history_written', { chat_id: chatId, size_bytes: sizeBytes });
  }

  quotaRejected({ chatId, workspaceId }: Chat): void {
    this.metrics.count('storage.quota.rejected.total');
    this.logger.warn('quota_rejected', { chat_id: chatId, workspace_id: workspaceId });
  }
}

const factsOf = ({ chatId, fileId, sizeBytes }: ChatFile): Record<string, string | number> => ({
  chat_id: chatId,
  file_id: fileId,
  size_bytes: sizeBytes,
});
