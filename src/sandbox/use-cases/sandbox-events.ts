import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { METRICS, type Metrics } from '../../observability/ports/metrics.js';
import type { SandboxConflictError } from '../domain/errors.js';
import type { Sandbox } from '../domain/sandbox.js';
import type { Terms } from './start-flights.js';

export type CreateResult = 'created' | 'reused' | 'replaced';

const idsOf = (sandbox: Sandbox): Record<string, string> => ({
  chat_id: sandbox.chatId,
  session_id: sandbox.sessionId,
  container_id: sandbox.containerId,
  agent_id: sandbox.agentId,
});

/** What happens to sandboxes, told once to the log and the metrics, under the names that operators search for. */
@Injectable()
export class SandboxEvents {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** @param durationMs from the request's arrival to its answer, as with the other ends of a create */
  answered(sandbox: Sandbox, result: CreateResult, previous: Sandbox | null, durationMs: number): void {
    this.metrics.count('sandbox.create.total', { result });
    this.took(result, durationMs);
    if (result === 'replaced' && previous !== null) this.logger.info('sandbox_replaced', idsOf(previous));
    this.logger.info(result === 'reused' ? 'sandbox_reused' : 'sandbox_created', idsOf(sandbox));
  }

  conflicted({ active, fields }: SandboxConflictError, requested: Terms, durationMs: number): void {
    const reason = fields.join(',');
    this.metrics.count('sandbox.create.total', { result: 'conflict', reason });
    this.took('conflict', durationMs);
    this.logger.warn('sandbox_conflict', {
      chat_id: active.chatId,
      session_id: active.sessionId,
      container_id: active.containerId,
      requested_agent_id: requested.agentId,
      session_agent_id: active.agentId,
      requested_volume_host_path: requested.volumeHostPath,
      session_volume_host_path: active.volumeHostPath,
      reason,
    });
  }

  createFailed(durationMs: number): void {
    this.metrics.count('sandbox.create.total', { result: 'error' });
    this.took('error', durationMs);
  }

  deleted(chatId: string, sessionId: string, containerId: string): void {
    this.metrics.count('sandbox.delete.total', { result: 'deleted' });
    this.logger.info('sandbox_deleted', {
      chat_id: chatId,
      session_id: sessionId,
      container_id: containerId,
    });
  }

  nothingToDelete(chatId: string): void {
    this.metrics.count('sandbox.delete.total', { result: 'not_found' });
    this.logger.info('sandbox_delete_not_found', { chat_id: chatId });
  }

  deleteFailed(chatId: string, error: unknown): void {
    this.metrics.count('sandbox.delete.total', { result: 'error' });
    this.logger.error('sandbox_delete_failed', {
      chat_id: chatId,
      error: error instanceof Error ? error.message : String(error),
    });
  }

  private took(result: CreateResult | 'conflict' | 'error', durationMs: number): void {
    this.metrics.duration('sandbox.create.duration_ms', durationMs, { result });
  }
}
