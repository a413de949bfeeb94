import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { elect, isActive, type SandboxContainer, toSandbox } from '../domain/container.js';
import { SandboxRuntimeUnavailableError } from '../domain/errors.js';
import type { Sandbox } from '../domain/sandbox.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { Deadlines } from './deadlines.js';

/** The active sandboxes as the engine has them, those of other replicas too: no address in it is out of date. */
@Injectable()
export class ListSandboxes {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly deadlines: Deadlines,
  ) {}

  /**
   * @param agentId only this agent's; null: everybody's
   * @returns oldest first, ties by session id
   * @throws SandboxRuntimeUnavailableError
   */
  async execute(agentId: string | null): Promise<Sandbox[]> {
    const now = this.clock.now();
    const active = (await this.listContainers()).filter((container) => isActive(container, now));
    return [...Map.groupBy(active, ({ claim }) => claim.chatId).values()]
      .map((containers) => elect(containers))
      .filter((container) => container !== null)
      .map(toSandbox)
      .filter((sandbox) => agentId === null || sandbox.agentId === agentId)
      .sort(byAge);
  }

  private async listContainers(): Promise<SandboxContainer[]> {
    try {
      return await this.runtime.list(this.deadlines.readMs);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      throw new SandboxRuntimeUnavailableError(error.message, { cause: error });
    }
  }
}

const byAge = (one: Sandbox, other: Sandbox): number =>
  one.createdAt.getTime() - other.createdAt.getTime() || (one.sessionId < other.sessionId ? -1 : 1);
