import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { AppConfig, DockerConfig } from '../../../config/sections.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import type { SandboxContainer } from '../../domain/container.js';
import { containerNameOf } from '../../domain/container-name.js';
import { type NewContainer, type SandboxRuntime, SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { outputText } from './container-output.js';
import { containerSpec } from './container-spec.js';
import { fromInspection, fromListing, type Viewpoint } from './container-view.js';
import { asInspection, asListing, asText } from './engine-answers.js';
import { EngineClient, inBody } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { LABEL } from './labels.js';
import { ensureNetwork } from './sandbox-network.js';

/** Lines of a container's output that are worth a look. */
const OUTPUT_LINES = 40;

/** Sandboxes as containers of one Docker engine. */
@Injectable()
export class DockerSandboxRuntime implements SandboxRuntime {
  private readonly engine: EngineClient;
  private network: Promise<void> | null = null;
  private learning: Promise<void> | null = null;
  private dataRoot: string | null = null;
  /** The network that was found isolated, where that is asked for. */
  private isolatedNetworkId: string | null = null;

  constructor(
    docker: DockerConfig,
    private readonly sandbox: SandboxConfig,
    private readonly app: AppConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.engine = new EngineClient(docker);
  }

  private get viewpoint(): Viewpoint {
    const { networkName } = this.sandbox;
    return { instance: this.app.instance, networkName, networkId: this.isolatedNetworkId };
  }

  /** One look for all who need it; each waits for it as long as its own deadline allows. */
  makeNetwork(limitMs?: number): Promise<void> {
    this.network ??= this.readyNetwork().catch((error: unknown) => {
      this.network = null;
      throw error;
    });
    const { network } = this;
    return this.engine.call(() => network, limitMs);
  }

  async prepare(limitMs?: number): Promise<void> {
    this.learning ??= this.learnDataRoot().finally(() => {
      this.learning = null;
    });
    const { learning } = this;
    await Promise.all([this.makeNetwork(limitMs), this.engine.call(() => learning, limitMs)]);
  }

  private async readyNetwork(): Promise<void> {
    const { networkName: network, networkIsolation: isIsolated } = this.sandbox;
    const { id, isNew } = await ensureNetwork(this.engine, {
      name: network,
      instance: this.app.instance,
      isIsolated,
    });
    if (isNew) this.logger.info('sandbox_network_created', { network });
    if (isIsolated) this.noteIsolation(id);
  }

  /** By a call that takes the engine tens of milliseconds: it asks its helpers for their versions each time. */
  private async learnDataRoot(): Promise<void> {
    if (this.dataRoot !== null) return;
    this.dataRoot = await this.engine.call(async (docker) =>
      asText(((await docker.info()) as EngineInfo | null)?.DockerRootDir),
    );
  }

  /** Whether the host keeps its sandboxes out, the engine cannot tell. */
  private noteIsolation(networkId: string): void {
    if (this.isolatedNetworkId === null) {
      this.logger.warn('network_isolation_needs_host_rules', {
        network: this.sandbox.networkName,
        rules: 'config/network-isolation/host-rules.sh',
      });
    }
    this.isolatedNetworkId = networkId;
  }

  /** The network was removed behind our back: the next start makes it anew. */
  private noteMissingNetwork(error: unknown): void {
    if (error instanceof SandboxRuntimeError && error.failure === 'network-missing') this.network = null;
  }

  dataDirectories(): readonly string[] {
    return this.dataRoot === null ? [] : [this.dataRoot];
  }

  async create(container: NewContainer, limitMs?: number): Promise<string> {
    const { name, ...body } = containerSpec(container, this.sandbox, this.app.instance);
    try {
      const created = await this.engine.call(
        async (docker) => docker.createContainer(inBody(body, { name })),
        limitMs,
      );
      return asText(created.id);
    } catch (error) {
      this.noteMissingNetwork(error);
      throw error;
    }
  }

  async start(containerId: string, limitMs?: number): Promise<void> {
    try {
      await this.engine.call(async (docker) => {
        await docker.getContainer(containerId).start();
      }, limitMs);
    } catch (error) {
      if (hasStatus(error, 304)) return;
      this.noteMissingNetwork(error);
      throw error;
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

  async remove(containerId: string, limitMs?: number): Promise<boolean> {
    try {
      await this.engine.call(async (docker) => {
        await docker.getContainer(containerId).remove({ force: true, v: true });
      }, limitMs);
      return true;
    } catch (error) {
      if (hasStatus(error, 409) && isInProgress(error)) return true;
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  }

  find(containerId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.inspect(containerId, limitMs);
  }

  findByChat(chatId: string, limitMs?: number): Promise<SandboxContainer | null> {
    return this.inspect(containerNameOf(chatId, this.app.instance), limitMs);
  }

  private async inspect(idOrName: string, limitMs?: number): Promise<SandboxContainer | null> {
    try {
      const info = await this.engine.call(async (docker) => docker.getContainer(idOrName).inspect(), limitMs);
      const container = fromInspection(asInspection(info), this.viewpoint);
      // Perhaps the network is another one by now: the next start looks.
      if (container.state === 'running' && container.ip === null) this.network = null;
      return container;
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  }

  async list(limitMs?: number): Promise<SandboxContainer[]> {
    const infos = await this.engine.call(
      async (docker) => docker.listContainers({ all: true, filters: { label: [LABEL.chatId] } }),
      limitMs,
    );
    await this.untilIsolationIsKnown(limitMs);
    return asListing(infos)
      .map((info) => fromListing(info, this.viewpoint))
      .filter(({ ownership }) => ownership !== 'foreign');
  }

  /** A start-up lists while it looks at the network. What becomes of that concerns those who have asked for it. */
  private async untilIsolationIsKnown(limitMs?: number): Promise<void> {
    const { network } = this;
    if (!this.sandbox.networkIsolation || this.isolatedNetworkId !== null || network === null) return;
    await this.engine.call(() => network.catch(() => null), limitMs);
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

const isInProgress = (error: unknown): boolean =>
  error instanceof Error && /already in progress/i.test(error.message);

interface EngineInfo {
  readonly DockerRootDir: string;
}
