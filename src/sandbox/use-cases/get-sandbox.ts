import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { isActive, type SandboxContainer, toSandbox } from '../domain/container.js';
import { SandboxNotFoundError, SandboxRuntimeUnavailableError } from '../domain/errors.js';
import type { Sandbox } from '../domain/sandbox.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { Deadlines } from './deadlines.js';
import { describeFound } from './sandbox-spans.js';

/** The chat's active sandbox, checked with the engine, since a dead container's address is given to the next one. */
@Injectable()
export class GetSandbox {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly deadlines: Deadlines,
  ) {}

  /** @throws SandboxNotFoundError, SandboxRuntimeUnavailableError */
  execute(chatId: string): Promise<Sandbox> {
    const attributes = { 'chat.id': chatId, 'sandbox.result': 'error' };
    return inUseCaseSpan(this.tracer, 'get_sandbox', attributes, (span) => this.get(chatId, span));
  }

  private async get(chatId: string, span: Span): Promise<Sandbox> {
    const container = await this.look(chatId);
    if (container === null || !isActive(container, this.clock.now())) {
      span.set({ 'sandbox.result': 'not_found' });
      throw new SandboxNotFoundError();
    }
    const sandbox = toSandbox(container);
    describeFound(span, sandbox);
    return sandbox;
  }

  private async look(chatId: string): Promise<SandboxContainer | null> {
    const limitMs = this.deadlines.readMs / 2;
    try {
      const record = await this.registry.find(chatId);
      const tracked = record === null ? null : await this.runtime.find(record.containerId, limitMs);
      return tracked ?? (await this.runtime.findByChat(chatId, limitMs));
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      throw new SandboxRuntimeUnavailableError(error.message, { cause: error });
    }
  }
}
