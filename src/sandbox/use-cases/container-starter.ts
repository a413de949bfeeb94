import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import {
  isActive,
  isAlive,
  isOurs,
  isStarting,
  type LiveContainer,
  type SandboxClaim,
  type SandboxContainer,
} from '../domain/container.js';
import { SandboxStartFailedError } from '../domain/errors.js';
import {
  type NewContainer,
  type RuntimeFailure,
  SANDBOX_RUNTIME,
  type SandboxRuntime,
  SandboxRuntimeError,
} from '../ports/sandbox-runtime.js';
import { LastWords } from './last-words.js';
import type { TimeBudget } from './time-budget.js';

/** Tries to get hold of the chat's name; each one removed a dead holder or saw one go. */
const MAX_TRIES = 10;
/**
 * At which try a start gives up that another container may go round: each network can be full, one after the other; of
 * two of one name, which replicas made at once, the next create leaves one.
 */
const LAST_TRIES: Partial<Record<RuntimeFailure, number>> = {
  'network-full': 16,
  'network-ambiguous': 3,
};
/** Between two looks at a holder that is about to change. */
const POLL_MS = 50;

/** A container that runs: made for this claim, or found to be running for the same chat already. */
export interface StartedContainer {
  readonly container: LiveContainer;
  readonly isNew: boolean;
}

/**
 * Gets a chat's container to run. The container's name is the lock between replicas, and an answer that did not come
 * says nothing about what the engine did: then the engine is asked by name.
 */
@Injectable()
export class ContainerStarter {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly lastWords: LastWords,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * @param made gets the id of the container that is to be undone, as soon as there is one
   * @throws SandboxRuntimeError, SandboxStartFailedError
   */
  async start(container: NewContainer, budget: TimeBudget, made: Set<string>): Promise<StartedContainer> {
    let next = container;
    for (let tries = 1; ; tries += 1) {
      const taken = await this.takeName(next, budget);
      if (typeof taken !== 'string') return { container: taken, isNew: false };
      made.add(taken);
      const found = await this.bringUp(taken, next, budget, tries);
      if (!isLost(found)) return { container: this.assertLive(found), isNew: true };
      // A container stays with its network: only a new one can have another.
      if (found.lost === 'network-holder-lost') {
        this.logger.warn('network_holder_lost', { chat_id: container.claim.chatId, container_id: taken });
        next = { ...container, ownNetwork: true };
      }
      await this.runtime.remove(taken, budget.remainingMs);
      made.delete(taken);
    }
  }

  /** @returns what has become of it, or why it cannot have the network that it was made for while another one could */
  private async bringUp(
    containerId: string,
    container: NewContainer,
    budget: TimeBudget,
    tries: number,
  ): Promise<SandboxContainer | LostNetwork | null> {
    try {
      await this.run(containerId, budget);
    } catch (error) {
      if (!isWorthAnother(container, error, tries)) throw error;
      return { lost: error.failure };
    }
    const found = await this.runtime.find(containerId, budget.remainingMs);
    const isCutOff = found?.state === 'running' && found.ip === null && found.networkHolderId !== null;
    return isCutOff ? { lost: 'network-holder-lost' } : found;
  }

  /** @returns the id of our new container, or the active one that another replica made */
  private async takeName(container: NewContainer, budget: TimeBudget): Promise<string | LiveContainer> {
    let mayRepeat = true;
    const unseenUntilMs = performance.now() + this.sandbox.createdGraceSeconds * 1000;
    let tries = 0;
    while (tries < MAX_TRIES) {
      const created = await this.create(container, budget, mayRepeat);
      if (created === 'connection-lost') mayRepeat = false;
      else if (created !== 'name-taken') return created.containerId;

      const holder = await this.settledHolder(container.claim, budget);
      if (holder === null) {
        // Gone; or another replica's that is being made: the engine gives a name away before anything is seen under it.
        const mayWait = tries > 0 && performance.now() < unseenUntilMs && budget.remainingMs > POLL_MS;
        if (mayWait) await sleep(POLL_MS);
        else tries += 1;
        continue;
      }
      if (!isOurs(holder)) throw new SandboxStartFailedError('name taken by a container that is not ours');
      if (holder.claim.sessionId === container.claim.sessionId) return holder.containerId;
      if (isActive(holder, this.clock.now())) return holder;
      await this.lastWords.tell(holder, budget);
      await this.runtime.remove(holder.containerId, budget.remainingMs);
      tries += 1;
    }
    throw new SandboxStartFailedError('name taken by another container');
  }

  private async create(
    container: NewContainer,
    budget: TimeBudget,
    mayRepeat: boolean,
  ): Promise<{ containerId: string } | 'name-taken' | 'connection-lost'> {
    try {
      return { containerId: await this.runtime.create(container, budget.remainingMs) };
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      if (error.failure === 'name-taken') return 'name-taken';
      if (hasLostNetwork(container, error))
        return this.create({ ...container, ownNetwork: true }, budget, mayRepeat);
      if (!error.isUncertain) throw error;
      if (error.failure === 'unreachable' && mayRepeat) return 'connection-lost';
      // The engine may have made it although it did not say so; without that, its failure stands.
      const holder = await this.runtime.findByChat(container.claim.chatId, budget.remainingMs);
      if (holder?.claim?.sessionId !== container.claim.sessionId || holder.state === 'removing') throw error;
      return holder;
    }
  }

  /** Who holds the chat's name, once that is neither another replica's start in progress nor on its way out. */
  private async settledHolder(
    { chatId, sessionId }: SandboxClaim,
    budget: TimeBudget,
  ): Promise<SandboxContainer | null> {
    const graceMs = this.sandbox.createdGraceSeconds * 1000;
    const beganMs = performance.now();
    for (;;) {
      const holder = await this.runtime.findByChat(chatId, budget.remainingMs);
      if (holder === null || !isOurs(holder)) return holder;
      // One that was given up for its network may still be on its way out.
      if (holder.claim.sessionId === sessionId && holder.state !== 'removing') return holder;
      const isBeingStarted =
        isStarting(holder, this.clock.now(), graceMs) && performance.now() - beganMs < graceMs;
      if (!isBeingStarted && holder.state !== 'removing') return holder;
      if (budget.remainingMs <= POLL_MS) {
        throw new SandboxStartFailedError('name taken by a container that is being started or removed');
      }
      await sleep(POLL_MS);
    }
  }

  private async run(containerId: string, budget: TimeBudget): Promise<void> {
    try {
      await this.runtime.start(containerId, budget.remainingMs);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError) || !error.isUncertain) throw error;
      const found = await this.runtime.find(containerId, budget.remainingMs);
      if (found?.state === 'running') return;
      if (error.failure !== 'unreachable') throw error;
      this.logger.warn('sandbox_start_repeated', { container_id: containerId, err: error });
      await this.runtime.start(containerId, budget.remainingMs);
    }
  }

  /** @throws SandboxStartFailedError saying why no agent can answer in it */
  assertLive(container: SandboxContainer | null): LiveContainer {
    if (container === null) throw new SandboxStartFailedError('container was removed while it was starting');
    if (isAlive(container)) return container;
    if (container.state === 'running') throw new SandboxStartFailedError('no address on the network');
    const { exitCode } = container;
    throw new SandboxStartFailedError(
      exitCode === null ? 'container is not running' : `exited with code ${exitCode}`,
    );
  }
}

interface LostNetwork {
  readonly lost: RuntimeFailure;
}

const isLost = (found: SandboxContainer | LostNetwork | null): found is LostNetwork =>
  found !== null && 'lost' in found;

/** Whether it is to be tried again with a network of its own. */
const hasLostNetwork = ({ ownNetwork }: NewContainer, error: unknown): boolean =>
  ownNetwork !== true && error instanceof SandboxRuntimeError && error.failure === 'network-holder-lost';

const isWorthAnother = (
  container: NewContainer,
  error: unknown,
  tries: number,
): error is SandboxRuntimeError =>
  hasLostNetwork(container, error) ||
  (error instanceof SandboxRuntimeError && tries < (LAST_TRIES[error.failure] ?? 0));
