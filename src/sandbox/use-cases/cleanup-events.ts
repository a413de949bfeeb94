import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import type { OurContainer } from '../domain/container.js';
import type { HolderRemovalReason, RemovalReason } from '../domain/reconciliation-plan.js';
import type { Sandbox } from '../domain/sandbox.js';
import { SandboxRuntimeError } from '../ports/sandbox-runtime.js';

/** What was done, in sandboxes or containers; `error`: chats and network holders. */
export interface CleanupTally {
  adopted: number;
  expired: number;
  orphan_removed: number;
  holder_removed: number;
  forgotten: number;
  error: number;
}

/** The same at the end of a pass, with the containers that it could not read and the chats that it left under way. */
export interface CleanupCounts extends Readonly<CleanupTally> {
  readonly unreadable: number;
  readonly unfinished: number;
}

export const noTally = (): CleanupTally => ({
  adopted: 0,
  expired: 0,
  orphan_removed: 0,
  holder_removed: 0,
  forgotten: 0,
  error: 0,
});

/** The sandbox whose container was ended. */
type Ended = Pick<Sandbox, 'chatId' | 'sessionId' | 'containerId'>;

/** What ends or comes back without being asked for, mostly by a pass, told to the log and the metrics. */
@Injectable()
export class CleanupEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  adopted(container: OurContainer): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'adopted' });
    this.logger.debug('sandbox_adopted', idsOf({ ...container.claim, containerId: container.containerId }));
  }

  forgotten(sandbox: Sandbox): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'forgotten' });
    this.logger.warn('sandbox_forgotten', { ...idsOf(sandbox), reason: 'its container is gone' });
  }

  removed(ended: Ended, reason: RemovalReason): void {
    const isExpiry = reason === 'expired';
    this.metrics.count('sandbox.cleanup.total', { result: isExpiry ? 'expired' : 'orphan_removed' });
    this.logger.info(isExpiry ? 'sandbox_expired' : 'sandbox_orphan_removed', {
      ...idsOf(ended),
      reason,
    });
  }

  holderRemoved(holderId: string, reason: HolderRemovalReason): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'holder_removed' });
    this.logger.info('network_holder_removed', { holder_id: holderId, reason });
  }

  holderFailed(holderId: string, error: unknown): void {
    this.passFailed(error);
    this.logger.error('sandbox_cleanup_failed', { holder_id: holderId, err: error });
  }

  failed(chatId: string, error: unknown): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'error' });
    this.metrics.count('sandbox.cleanup.error.total', { 'error.type': typeOf(error) });
    this.logger.error('sandbox_cleanup_failed', { chat_id: chatId, err: error });
  }

  /** A whole pass came to nothing; who began it tells the log. */
  passFailed(error: unknown): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'error' });
    this.metrics.count('sandbox.cleanup.error.total', { 'error.type': typeOf(error) });
  }
}

const idsOf = ({ chatId, sessionId, containerId }: Ended): Record<string, string> => ({
  chat_id: chatId,
  session_id: sessionId,
  container_id: containerId,
});

const typeOf = (error: unknown): string =>
  error instanceof SandboxRuntimeError
    ? error.failure
    : error instanceof Error
      ? error.constructor.name
      : 'unknown';
