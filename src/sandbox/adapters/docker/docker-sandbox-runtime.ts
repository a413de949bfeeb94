import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { AppConfig, DockerConfig } from '../../../config/sections.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import type { SandboxContainer } from '../../domain/container.js';
import { containerNameOf } from '../../domain/container-name.js';
import {
  type NewContainer,
  type SandboxRuntime,
  SandboxRuntimeError,
  type Survey,
} from '../../ports/sandbox-runtime.js';
import { TimeBudget } from '../../use-cases/time-budget.js';
import { ContainerLooks } from './container-looks.js';
import { outputText } from './container-output.js';
import { removeContainer } from './container-removal.js';
import { containerSpec } from './container-spec.js';
import { holderIdOf } from './container-view.js';
import { asText } from './engine-answers.js';
import { EngineClient, inBody, remainderOf } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { EngineNetworks } from './engine-networks.js';
import { JoinedNetworks } from './joined-networks.js';
import type { NetworkLease } from './network-lease.js';
import { NetworkPool } from './network-pool.js';

/** Lines of a container's output that are worth a look. */
const OUTPUT_LINES = 40;

/** Sandboxes as containers of one Docker engine. */
@Injectable()
export class DockerSandboxRuntime implements SandboxRuntime {
  private readonly engine: EngineClient;
  private readonly deadlineMs: number;
  private learning: Promise<void> | null = null;
  private dataRoot: string | null = null;
  private readonly looks: ContainerLooks;
  private readonly joined = new JoinedNetworks();

  constructor(
    docker: DockerConfig,
    private readonly sandbox: SandboxConfig,
    private readonly app: AppConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly networks: EngineNetworks,
    private readonly pool: NetworkPool,
  ) {
    this.engine = new EngineClient(docker);
    this.looks = new ContainerLooks(this.engine, networks, app.instance);
    this.deadlineMs = docker.timeoutSeconds * 1000;
  }

  makeNetwork(limitMs?: number): Promise<void> {
    return this.engine.call(() => this.networks.prepare(), limitMs);
  }

  async prepare(limitMs?: number): Promise<void> {
    this.learning ??= this.learnDataRoot().finally(() => {
      this.learning = null;
    });
    const { learning } = this;
    await Promise.all([this.makeNetwork(limitMs), this.engine.call(() => learning, limitMs)]);
  }

  /** By a call that takes the engine tens of milliseconds: it asks its helpers for their versions each time. */
  private async learnDataRoot(): Promise<void> {
    if (this.dataRoot !== null) return;
    this.dataRoot = await this.engine.call(async (docker) =>
      asText(((await docker.info()) as EngineInfo | null)?.DockerRootDir),
    );
  }

  /** The network was removed behind our back, or made twice: the next start sets it right. */
  private noteNetwork(error: unknown): void {
    if (!(error instanceof SandboxRuntimeError)) return;
    if (error.failure === 'network-missing' || error.failure === 'network-ambiguous')
      this.networks.lookAgain();
  }

  dataDirectories(): readonly string[] {
    return this.dataRoot === null ? [] : [this.dataRoot];
  }

  async create(container: NewContainer, limitMs?: number): Promise<string> {
    const { sessionId } = container.claim;
    const remainingMs = remainderOf(limitMs);
    const lease = container.ownNetwork === true ? null : this.pool.take(sessionId);
    const holderId = lease?.holderId ?? null;
    const network = holderId === null ? { name: await this.networks.take(limitMs) } : { holderId };
    const { name, ...body } = containerSpec(container, this.sandbox, this.app.instance, network);
    try {
      const created = await this.engine.call(
        async (docker) => asText((await docker.createContainer(inBody(body, { name }))).id),
        remainingMs(),
      );
      if (lease !== null) lease.mayBeReferenced = true;
      this.joined.learn(created, holderId);
      return created;
    } catch (error) {
      this.noteNetwork(error);
      throw lease === null ? error : this.notMadeIn(lease, sessionId, error);
    }
  }

  /** What the engine has made nothing in may be another sandbox's; what is none any more, or may be used, must not. */
  private notMadeIn(lease: NetworkLease, sessionId: string, error: unknown): unknown {
    const failure = asLostHolder(error, lease.holderId);
    if (!(failure instanceof SandboxRuntimeError) || failure.isUncertain) lease.mayBeReferenced = true;
    else if (failure.failure === 'network-holder-lost') lease.release();
    else this.pool.giveBack(sessionId);
    return failure;
  }

  /** While it starts, the holder of its network is made its own, so that this takes no time of its own. */
  async start(containerId: string, limitMs?: number): Promise<void> {
    const holderId = this.joined.of(containerId) ?? null;
    if (holderId === null) return this.startOnly(containerId, limitMs);
    const [started, assigned] = await Promise.allSettled([
      this.startOnly(containerId, limitMs),
      this.pool.assign(holderId, limitMs),
    ]);
    if (assigned.status === 'rejected') throw lostHolder(assigned.reason);
    if (started.status === 'rejected') throw asLostHolder(started.reason, holderId);
  }

  private async startOnly(containerId: string, limitMs?: number): Promise<void> {
    const remainingMs = remainderOf(limitMs);
    try {
      await this.engine.call(async (docker) => {
        await docker.getContainer(containerId).start();
      }, limitMs);
    } catch (error) {
      if (hasStatus(error, 304)) return;
      this.noteNetwork(error);
      await this.noteFullNetwork(error, containerId, remainingMs());
      throw error;
    }
  }

  /** Which network it is, the container tells: others may have gone on to the next one meanwhile. */
  private async noteFullNetwork(error: unknown, containerId: string, limitMs: number): Promise<void> {
    if (!(error instanceof SandboxRuntimeError) || error.failure !== 'network-full') return;
    try {
      const info = await this.looks.description(containerId, limitMs);
      if (info !== null) this.networks.noteFull(asText(info.HostConfig.NetworkMode));
    } catch (unknown) {
      // That it is full stands; the next start on it says so again.
      this.logger.debug('sandbox_network_unknown', { container_id: containerId, err: unknown });
    }
  }

  async stop(containerId: string, graceSeconds: number, limitMs?: number): Promise<void> {
    try {
      await this.engine.call(
        async (docker) => {
          await docker.getContainer(containerId).stop({ t: graceSeconds });
        },
        limitMs,
        graceSeconds * 1000,
      );
    } catch (error) {
      if (!hasStatus(error, 304) && !hasStatus(error, 404)) throw error;
    }
  }

  async remove(containerId: string, limitMs = Infinity): Promise<boolean> {
    const budget = this.budgetOf(limitMs);
    // Half: not to know it is no reason to keep the sandbox.
    const holderId = await this.holderOf(containerId, budget.remainingMs / 2);
    const wasThere = await removeContainer(this.engine, containerId, budget.remainingMs);
    if (holderId !== null) await this.removeHolderOf(containerId, holderId, budget.remainingMs);
    this.joined.forget(containerId);
    return wasThere;
  }

  /** Whose network it is in, asking the engine where it was never seen here; null where that cannot be said. */
  private async holderOf(containerId: string, limitMs: number): Promise<string | null> {
    const known = this.joined.of(containerId);
    if (known !== undefined) return known;
    try {
      const info = await this.looks.description(containerId, limitMs);
      return holderIdOf(info?.HostConfig.NetworkMode);
    } catch (error) {
      this.logger.debug('sandbox_network_unknown', { container_id: containerId, err: error });
      return null;
    }
  }

  /** The sandbox is gone, and that is what was asked for; the next pass finds its holder. */
  private async removeHolderOf(containerId: string, holderId: string, limitMs: number): Promise<void> {
    try {
      await this.pool.remove(holderId, limitMs);
    } catch (error) {
      this.logger.warn('network_holder_left', { container_id: containerId, holder_id: holderId, err: error });
    }
  }

  removeHolder(holderId: string, limitMs?: number): Promise<boolean> {
    return this.pool.remove(holderId, limitMs);
  }

  find(containerId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.seen(containerId, limitMs);
  }

  findByChat(chatId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.seen(containerNameOf(chatId, this.app.instance), limitMs);
  }

  private async seen(idOrName: string, limitMs = Infinity): Promise<SandboxContainer | null> {
    const container = await this.looks.container(idOrName, this.budgetOf(limitMs));
    if (container !== null) this.joined.learnFrom(container);
    return container;
  }

  /** What several calls that are one for the caller have together. */
  private budgetOf(limitMs: number): TimeBudget {
    return new TimeBudget(Math.min(limitMs, this.deadlineMs));
  }

  async list(limitMs?: number): Promise<SandboxContainer[]> {
    const { containers } = await this.survey(limitMs);
    return [...containers];
  }

  async survey(limitMs?: number): Promise<Survey> {
    const survey = await this.looks.survey(limitMs);
    for (const container of survey.containers) this.joined.learnFrom(container);
    return survey;
  }

  async readOutput(containerId: string, limitMs?: number): Promise<string> {
    const output = await this.engine.call(
      async (docker) =>
        docker.getContainer(containerId).logs({ stdout: true, stderr: true, tail: OUTPUT_LINES }),
      limitMs,
    );
    return outputText(output);
  }

  async ping(limitMs?: number): Promise<void> {
    await this.engine.call(async (docker) => {
      await docker.ping();
    }, limitMs);
  }
}

/** The holder is no more, where that is what the engine complains of. */
function asLostHolder(error: unknown, holderId: string): unknown {
  const isOfHolder =
    error instanceof SandboxRuntimeError &&
    error.failure === 'no-such-container' &&
    error.message.includes(holderId);
  return isOfHolder ? lostHolder(error) : error;
}

const lostHolder = (cause: unknown): SandboxRuntimeError =>
  new SandboxRuntimeError('network-holder-lost', cause instanceof Error ? cause.message : String(cause), {
    cause,
  });

interface EngineInfo {
  readonly DockerRootDir: string;
}
