import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { METRICS, type Metrics } from '../../../observability/ports/metrics.js';
import type { HostileKind } from './content-facts.js';

/** What sandboxes put where files belong, told to the metrics and the log. */
@Injectable()
export class HostileEntries {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** Not to the log: whoever asks for a name again and again would fill it. */
  metAsAttachment(kind: HostileKind): void {
    this.metrics.count('storage.hostile_entry.total', { kind, place: 'attachment' });
  }

  movedAside(chatId: string, kind: HostileKind): void {
    this.metrics.count('storage.hostile_entry.total', { kind, place: 'history' });
    this.logger.warn('history_moved_aside', { chat_id: chatId, kind });
  }
}
