import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import { InvalidInputError } from '../../kernel/invalid-input-error.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { type SandboxClaim, toSandbox } from '../domain/container.js';
import { SandboxStartFailedError } from '../domain/errors.js';
import { isExpired, type Sandbox } from '../domain/sandbox.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { ContainerStarter, type StartedContainer } from './container-starter.js';
import { LastWords } from './last-words.js';
import { Readiness } from './readiness.js';
import { RemovalTurns } from './removal-turns.js';
import { SandboxDirectories } from './sandbox-directories.js';
import type { Terms } from './start-flights.js';
import { StartTurns } from './start-turns.js';
import type { TimeBudget } from './time-budget.js';
import { VolumeGate } from './volume-gate.js';

/** A chat's sandbox, brought up now or found up already. */
export interface StartedSandbox {
  readonly sandbox: Sandbox;
  readonly isNew: boolean;
}

/** Brings one sandbox up, or leaves nothing of it behind. To be run under the chat's lock. */
@Injectable()
export class StartSandbox {
  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly volumes: VolumeGate,
    private readonly directories: SandboxDirectories,
    private readonly turns: StartTurns,
    private readonly removals: RemovalTurns,
    private readonly starter: ContainerStarter,
    private readonly readiness: Readiness,
    private readonly lastWords: LastWords,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * @param budget engine time for going forward; undoing has its own
   * @param queue what is left of the time to wait for a turn
   * @throws SandboxRuntimeError, SandboxStartFailedError, SandboxQueueTimeoutError, ShuttingDownError, InvalidInputError
   */
  async execute(terms: Terms, budget: TimeBudget, queue: TimeBudget): Promise<StartedSandbox> {
    const made = new Set<string>();
    try {
      const start = (): Promise<StartedContainer> => this.startContainer(terms, budget, made);
      const started = await this.turns.take(budget, queue, start, kindOf);
      if (started.isNew) await this.readiness.wait(started.container);
      const sandbox = toSandbox(started.container);
      if (isExpired(sandbox, this.clock.now())) throw new SandboxStartFailedError('not ready in time');
      await this.registry.save(sandbox);
      return { sandbox, isNew: started.isNew };
    } catch (error) {
      for (const containerId of made) await this.undo(terms.chatId, containerId, error);
      throw error;
    }
  }

  private async startContainer(
    terms: Terms,
    budget: TimeBudget,
    made: Set<string>,
  ): Promise<StartedContainer> {
    await this.runtime.prepare(budget.remainingMs);
    await this.assertSameVolume(terms);
    const chatHostPath = await this.directories.prepare(terms);
    return this.starter.start({ claim: this.newClaim(terms), chatHostPath }, budget, made);
  }

  /**
   * While this create waited, the chat's earlier container could still swap what lies on the way for a link. By now it
   * is gone, and admission keeps other chats' sandboxes off the way.
   * @throws InvalidInputError
   */
  private async assertSameVolume({ volumeHostPath }: Terms): Promise<void> {
    if ((await this.volumes.admit(volumeHostPath)) === volumeHostPath) return;
    throw new InvalidInputError(
      'volume_host_path',
      'path_changed',
      'was changed while the sandbox was being started',
    );
  }

  private newClaim(terms: Terms): SandboxClaim {
    const createdAt = this.clock.now();
    return {
      ...terms,
      sessionId: this.ids.nextId(),
      endpointPort: this.sandbox.agentServicePort,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.sandbox.ttlSeconds * 1000),
    };
  }

  /** What cannot be removed now is found by the sweep, by its labels. */
  private async undo(chatId: string, containerId: string, cause: unknown): Promise<void> {
    const fields = { chat_id: chatId, container_id: containerId };
    const output = await this.lastWords.of(containerId);
    this.logger.warn('sandbox_start_undone', { ...fields, output, err: cause });
    try {
      await this.removals.takeNow(() => this.runtime.remove(containerId));
    } catch (error) {
      this.logger.warn('sandbox_start_undo_failed', { ...fields, err: error });
    }
  }
}

/**
 * A start with a ready network takes the engine a third of what one without does, so that the two are not to be compared.
 * What another replica started tells nothing of how long the engine takes.
 */
const kindOf = ({ isNew, container: { networkHolderId } }: StartedContainer): string | null =>
  isNew ? (networkHolderId === null ? 'own-network' : 'ready-network') : null;
