import type { Metrics } from '../../../observability/ports/metrics.js';
import type { TextRedaction } from '../../../observability/ports/redaction.js';
import type { Span, SpanAttributes, Tracer } from '../../../observability/ports/tracer.js';
import type { SandboxContainer } from '../../domain/container.js';
import type { LivenessWatch } from '../../ports/liveness-watch.js';
import {
  type NewContainer,
  type SandboxRuntime,
  SandboxRuntimeError,
  type Survey,
} from '../../ports/sandbox-runtime.js';
import { loggable } from './container-output.js';
import { idsOf, KnownContainers } from './known-containers.js';

const only = (container: SandboxContainer | null): readonly SandboxContainer[] =>
  container === null ? [] : [container];

/** A runtime whose calls are counted when they fail; those that change or list containers are traced and timed as well. */
export class ObservedSandboxRuntime implements SandboxRuntime {
  private readonly known = new KnownContainers();

  constructor(
    private readonly runtime: SandboxRuntime,
    private readonly metrics: Metrics,
    private readonly tracer: Tracer,
    private readonly redact: TextRedaction,
    private readonly watch: LivenessWatch,
  ) {
    watch.resynchroniseBy(() => this.list());
  }

  makeNetwork(limitMs?: number): Promise<void> {
    return this.counted('prepare', this.runtime.makeNetwork(limitMs));
  }

  prepare(limitMs?: number): Promise<void> {
    return this.counted('prepare', this.runtime.prepare(limitMs));
  }

  create(container: NewContainer, limitMs?: number): Promise<string> {
    const { claim } = container;
    return this.observe('create', 'create_sandbox', idsOf(claim), async (span) => {
      const containerId = await this.runtime.create(container, limitMs);
      this.known.learn(containerId, claim);
      span.set({ 'container.id': containerId, 'sandbox.result': 'created' });
      return containerId;
    });
  }

  start(containerId: string, limitMs?: number): Promise<void> {
    return this.observe('start', 'start', this.known.idsOf(containerId), async (span) => {
      await this.runtime.start(containerId, limitMs);
      span.set({ 'sandbox.result': 'started' });
    });
  }

  stop(containerId: string, graceSeconds: number, limitMs?: number): Promise<void> {
    return this.observe('stop', 'stop_sandbox', this.known.idsOf(containerId), async (span) => {
      await this.runtime.stop(containerId, graceSeconds, limitMs);
      span.set({ 'sandbox.result': 'stopped' });
    });
  }

  remove(containerId: string, limitMs?: number): Promise<boolean> {
    return this.observe('delete', 'delete_sandbox', this.known.idsOf(containerId), async (span) => {
      const wasThere = await this.runtime.remove(containerId, limitMs);
      this.known.forget(containerId);
      span.set({ 'sandbox.result': wasThere ? 'deleted' : 'not_found' });
      return wasThere;
    });
  }

  async list(limitMs?: number): Promise<SandboxContainer[]> {
    const { containers } = await this.survey(limitMs);
    return [...containers];
  }

  survey(limitMs?: number): Promise<Survey> {
    return this.observe('list', 'list_sandboxes', {}, async (span) => {
      const survey = await this.seen(
        () => this.runtime.survey(limitMs),
        ({ containers }) => containers,
      );
      span.set({ 'sandbox.result': 'listed', 'sandbox.count': survey.containers.length });
      return survey;
    });
  }

  removeHolder(holderId: string, limitMs?: number): Promise<boolean> {
    return this.observe('delete', 'delete_network_holder', { 'container.id': holderId }, async (span) => {
      const wasThere = await this.runtime.removeHolder(holderId, limitMs);
      span.set({ 'sandbox.result': wasThere ? 'deleted' : 'not_found' });
      return wasThere;
    });
  }

  async find(containerId: string, limitMs?: number): Promise<SandboxContainer | null> {
    const find = () => this.counted('inspect', this.runtime.find(containerId, limitMs));
    return this.seen(find, only);
  }

  async findByChat(chatId: string, limitMs?: number): Promise<SandboxContainer | null> {
    const find = () => this.counted('inspect', this.runtime.findByChat(chatId, limitMs));
    return this.seen(find, only);
  }

  /** What it gives is fit for the log: sandboxes are given secrets, and may tell them. */
  async readOutput(containerId: string, limitMs?: number): Promise<string> {
    const output = await this.counted('output', this.runtime.readOutput(containerId, limitMs));
    return loggable(output, this.redact);
  }

  /** Asked by probes, which tell their own result. */
  ping(limitMs?: number): Promise<void> {
    return this.runtime.ping(limitMs);
  }

  dataDirectories(): readonly string[] {
    return this.runtime.dataDirectories();
  }

  /** A look at containers, of which the spans and the watch learn. */
  private async seen<T>(
    ask: () => Promise<T>,
    containersIn: (answer: T) => readonly SandboxContainer[],
  ): Promise<T> {
    const look = this.watch.beginLook();
    let seen: readonly SandboxContainer[] = [];
    try {
      const answer = await ask();
      seen = containersIn(answer);
      for (const container of seen) this.known.learnFrom(container);
      return answer;
    } finally {
      look.end(seen);
    }
  }

  private observe<T>(
    operation: string,
    name: string,
    ids: SpanAttributes,
    call: (span: Span) => Promise<T>,
  ): Promise<T> {
    return this.tracer.span(`adapter.docker.${name}`, ids, async (span) => {
      const beganMs = performance.now();
      let result = 'error';
      try {
        const value = await this.counted(operation, call(span));
        result = 'ok';
        return value;
      } catch (error) {
        span.set({ 'sandbox.result': 'error' });
        span.fail(error);
        throw error;
      } finally {
        const durationMs = performance.now() - beganMs;
        this.metrics.duration(`sandbox.runtime.${operation}.duration_ms`, durationMs, { operation, result });
      }
    });
  }

  private async counted<T>(operation: string, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      const type = error instanceof SandboxRuntimeError ? error.failure : 'unforeseen';
      this.metrics.count('sandbox.runtime.error.total', { operation, 'error.type': type });
      throw error;
    }
  }
}
