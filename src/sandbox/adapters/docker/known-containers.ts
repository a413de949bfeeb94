import type { SpanAttributes } from '../../../observability/ports/tracer.js';
import type { SandboxClaim, SandboxContainer } from '../../domain/container.js';

/** More than an engine can run; those that were forgotten only lack their ids in a span. */
const MAX_KNOWN = 10_000;

/** Whose container it is, for spans of calls that name the container alone. */
export class KnownContainers {
  private readonly ids = new Map<string, SpanAttributes>();

  learn(containerId: string, claim: SandboxClaim): void {
    if (this.ids.has(containerId)) return;
    this.ids.set(containerId, { ...idsOf(claim), 'container.id': containerId });
    const [oldest] = this.ids.keys();
    if (this.ids.size > MAX_KNOWN && oldest !== undefined) this.ids.delete(oldest);
  }

  learnFrom(container: SandboxContainer | null): void {
    if (container !== null && container.claim !== null) this.learn(container.containerId, container.claim);
  }

  forget(containerId: string): void {
    this.ids.delete(containerId);
  }

  idsOf(containerId: string): SpanAttributes {
    return this.ids.get(containerId) ?? { 'container.id': containerId };
  }
}

export const idsOf = ({ chatId, sessionId, agentId }: SandboxClaim): SpanAttributes => ({
  'chat.id': chatId,
  'session.id': sessionId,
  'agent.id': agentId,
});
