import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import type { OurContainer } from '../domain/container.js';
import type { RemovalReason } from '../domain/reconciliation-plan.js';
import type { Sandbox } from '../domain/sandbox.js';
import { SandboxRuntimeError } from '../ports/sandbox-runtime.js';

/** What one pass did, in sandboxes or containers. */
export interface CleanupCounts {
  adopted: number;
  expired: number;
  orphan_removed: number;
  forgotten: number;
  unreadable: number;
  error: number;
}

export const noCounts = (): CleanupCounts => ({
  adopted: 0,
  expired: 0,
  orphan_removed: 0,
  forgotten: 0,
  unreadable: 0,
  error: 0,
});

/** What the sweep and the start-up do, told to the log and the metrics. */
@Injectable()
export class CleanupEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  adopted(container: OurContainer): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'adopted' });
    this.logger.debug('sandbox_adopted', idsOf(container));
  }

  forgotten(sandbox: Sandbox): void {
    this.metrics.count('sandbox.cleanup.total', { result: 'forgotten' });
    const { chatId: chat_id, sessionId: session_id, containerId: container_id } = sandbox;
    this.logger.warn('sandbox_forgotten', {
      chat_id,
      session_id,
      container_id,
      reason: 'its container is gone',
    });
  }

  removed(container: OurContainer, reason: RemovalReason): void {
    const isExpiry = reason === 'expired';
    this.metrics.count('sandbox.cleanup.total', { result: isExpiry ? 'expired' : 'orphan_removed' });
    this.logger.info(isExpiry ? 'sandbox_expired' : 'sandbox_orphan_removed', {
      ...idsOf(container),
      reason,
    });
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

const idsOf = ({ containerId, claim }: OurContainer): Record<string, string> => ({
  chat_id: claim.chatId,
  session_id: claim.sessionId,
  container_id: containerId,
});

const typeOf = (error: unknown): string =>
  error instanceof SandboxRuntimeError
    ? error.failure
    : error instanceof Error
      ? error.constructor.name
      : 'unknown';
