import type { Span, SpanAttributes } from '../../observability/ports/tracer.js';
import type { SandboxConflictError } from '../domain/errors.js';
import type { Sandbox } from '../domain/sandbox.js';
import type { CreateResult } from './sandbox-events.js';

/** What a create came to, told to its span. */
export function describeAnswer(
  span: Span,
  sandbox: Sandbox,
  result: CreateResult,
  previous: Sandbox | null,
): void {
  span.set({
    'sandbox.result': result,
    ...idsOf(sandbox),
    'sandbox.endpoint.ip': sandbox.endpoint.ip,
    'sandbox.endpoint.port': sandbox.endpoint.port,
    ...(previous === null ? {} : replacementOf(previous, sandbox)),
  });
}

/** The sandbox that a look at a chat has found, told to its span. */
export function describeFound(span: Span, { sessionId, containerId, agentId }: Sandbox): void {
  span.set({
    'sandbox.result': 'found',
    'session.id': sessionId,
    'container.id': containerId,
    'agent.id': agentId,
  });
}

/** A conflict is an answer, not an error. */
export function describeConflict(span: Span, { active, fields }: SandboxConflictError): void {
  span.set({
    'sandbox.result': 'conflict',
    'sandbox.conflict.reason': fields.join(','),
    ...idsOf(active),
  });
}

const idsOf = (sandbox: Sandbox): SpanAttributes => ({
  'session.id': sandbox.sessionId,
  'container.id': sandbox.containerId,
  'sandbox.session_agent.id': sandbox.agentId,
  'sandbox.session_volume.host_path': sandbox.volumeHostPath,
});

const replacementOf = (previous: Sandbox, sandbox: Sandbox): SpanAttributes => ({
  'sandbox.previous_session.id': previous.sessionId,
  'sandbox.previous_container.id': previous.containerId,
  'sandbox.previous_agent.id': previous.agentId,
  'sandbox.previous_volume.host_path': previous.volumeHostPath,
  'sandbox.new_session.id': sandbox.sessionId,
  'sandbox.new_container.id': sandbox.containerId,
  'sandbox.new_agent.id': sandbox.agentId,
  'sandbox.new_volume.host_path': sandbox.volumeHostPath,
});
