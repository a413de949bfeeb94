import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type LiveContainer, toSandbox } from '../domain/container.js';
import { SandboxStartFailedError } from '../domain/errors.js';
import { READINESS_PROBE, type ReadinessProbe } from '../ports/readiness-probe.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { ContainerStarter } from './container-starter.js';
import { Deadlines } from './deadlines.js';
import { TimeBudget } from './time-budget.js';

const POLL_MS = 100;
/** One try at the agent; a hanging one must not use up all the time. */
const TRY_MS = 1000;

/** Waits until a new sandbox's agent answers, where the configuration asks for that. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(READINESS_PROBE) private readonly probe: ReadinessProbe,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    private readonly starter: ContainerStarter,
    private readonly deadlines: Deadlines,
  ) {}

  /** @throws SandboxStartFailedError when the time is over or the container ends first */
  async wait(container: LiveContainer): Promise<void> {
    if (this.deadlines.readyMs === 0) return;
    const budget = new TimeBudget(this.deadlines.readyMs);
    const { endpoint } = toSandbox(container);
    while (budget.remainingMs > 0) {
      if (await this.probe.isReady(endpoint, Math.min(TRY_MS, budget.remainingMs))) return;
      await this.assertStillLive(container.containerId, budget);
      await sleep(Math.min(POLL_MS, budget.remainingMs));
    }
    throw new SandboxStartFailedError('not ready in time');
  }

  private async assertStillLive(containerId: string, budget: TimeBudget): Promise<void> {
    try {
      this.starter.assertLive(await this.runtime.find(containerId, budget.remainingMs));
    } catch (error) {
      // An engine that does not answer now says nothing about the container; the time limit stands.
      if (!(error instanceof SandboxRuntimeError)) throw error;
    }
  }
}
