import type { MetricAttributes, Metrics } from '../../../observability/ports/metrics.js';
import type { SpanAttributes, Tracer } from '../../../observability/ports/tracer.js';
import type { SandboxContainer } from '../../domain/container.js';
import { type NewContainer, type SandboxRuntime, SandboxRuntimeError } from '../../ports/sandbox-runtime.js';

/** A runtime whose calls are traced, timed and counted when they fail. */
export class ObservedSandboxRuntime implements SandboxRuntime {
  constructor(
    private readonly runtime: SandboxRuntime,
    private readonly metrics: Metrics,
    private readonly tracer: Tracer,
  ) {}

  prepare(limitMs?: number): Promise<void> {
    return this.runtime.prepare(limitMs);
  }

  create(container: NewContainer, limitMs?: number): Promise<string> {
    const { chatId, sessionId, agentId } = container.claim;
    const ids = { 'chat.id': chatId, 'session.id': sessionId, 'agent.id': agentId };
    return this.observe('create', 'create_sandbox', ids, () => this.runtime.create(container, limitMs));
  }

  start(containerId: string, limitMs?: number): Promise<void> {
    return this.observe('start', 'start', idOf(containerId), () => this.runtime.start(containerId, limitMs));
  }

  stop(containerId: string, graceSeconds: number, limitMs?: number): Promise<void> {
    const stop = (): Promise<void> => this.runtime.stop(containerId, graceSeconds, limitMs);
    return this.observe('stop', 'stop_sandbox', idOf(containerId), stop);
  }

  remove(containerId: string, limitMs?: number): Promise<boolean> {
    return this.observe('delete', 'delete_sandbox', idOf(containerId), () =>
      this.runtime.remove(containerId, limitMs),
    );
  }

  list(limitMs?: number): Promise<SandboxContainer[]> {
    return this.observe('list', 'list_sandboxes', {}, () => this.runtime.list(limitMs));
  }

  find(containerId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.runtime.find(containerId, limitMs);
  }

  findByChat(chatId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.runtime.findByChat(chatId, limitMs);
  }

  readOutput(containerId: string, limitMs?: number): Promise<string> {
    return this.runtime.readOutput(containerId, limitMs);
  }

  ping(limitMs?: number): Promise<void> {
    return this.runtime.ping(limitMs);
  }

  dataDirectories(): readonly string[] {
    return this.runtime.dataDirectories();
  }

  private observe<T>(
    operation: string,
    span: string,
    ids: SpanAttributes,
    call: () => Promise<T>,
  ): Promise<T> {
    return this.tracer.span(`adapter.docker.${span}`, ids, async (active) => {
      const beganMs = performance.now();
      const record = (result: string): void => {
        const attributes: MetricAttributes = { operation, result };
        this.metrics.duration(
          `sandbox.runtime.${operation}.duration_ms`,
          performance.now() - beganMs,
          attributes,
        );
      };
      try {
        const value = await call();
        record('ok');
        return value;
      } catch (error) {
        const type = error instanceof SandboxRuntimeError ? error.failure : 'unforeseen';
        record('error');
        this.metrics.count('sandbox.runtime.error.total', { operation, 'error.type': type });
        active.fail(error);
        throw error;
      }
    });
  }
}

const idOf = (containerId: string): SpanAttributes => ({ 'container.id': containerId });
