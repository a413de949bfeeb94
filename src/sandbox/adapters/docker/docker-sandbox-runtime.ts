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
import { EngineClient, inBody, remainderOf } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { EngineNetworks } from './engine-networks.js';
import { LABEL } from './labels.js';

/** Lines of a container's output that are worth a look. */
const OUTPUT_LINES = 40;

/** Sandboxes as containers of one Docker engine. */
@Injectable()
export class DockerSandboxRuntime implements SandboxRuntime {
  private readonly engine: EngineClient;
  private learning: Promise<void> | null = null;
  private dataRoot: string | null = null;
  private readonly networks: EngineNetworks;

  constructor(
    docker: DockerConfig,
    private readonly sandbox: SandboxConfig,
    private readonly app: AppConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.engine = new EngineClient(docker);
    const { networkName: name, networkIsolation: isIsolated, maxNetworks } = sandbox;
    const terms = { name, instance: app.instance, isIsolated };
    this.networks = new EngineNetworks(this.engine, terms, maxNetworks, logger);
  }

  private get viewpoint(): Viewpoint {
    return { instance: this.app.instance, counts: (name, id) => this.networks.counts(name, id) };
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
    const remainingMs = remainderOf(limitMs);
    const network = await this.networks.take(limitMs);
    const { name, ...body } = containerSpec(container, this.sandbox, this.app.instance, network);
    try {
      const created = await this.engine.call(
        async (docker) => docker.createContainer(inBody(body, { name })),
        remainingMs(),
      );
      return asText(created.id);
    } catch (error) {
      this.noteNetwork(error);
      throw error;
    }
  }

  async start(containerId: string, limitMs?: number): Promise<void> {
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
    const info = await this.engine.call(
      async (docker) => docker.getContainer(containerId).inspect(),
      limitMs,
    );
    this.networks.noteFull(asText(asInspection(info).HostConfig.NetworkMode));
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
      const remainingMs = remainderOf(limitMs);
      const info = await this.engine.call(async (docker) => docker.getContainer(idOrName).inspect(), limitMs);
      await this.networks.learn([asInspection(info).NetworkSettings.Networks], remainingMs());
      const container = fromInspection(info, this.viewpoint);
      // Perhaps the network is another one by now: the next start looks.
      if (container.state === 'running' && container.ip === null) this.networks.lookAgain();
      return container;
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  }

  async list(limitMs?: number): Promise<SandboxContainer[]> {
    const remainingMs = remainderOf(limitMs);
    const infos = asListing(
      await this.engine.call(
        async (docker) => docker.listContainers({ all: true, filters: { label: [LABEL.chatId] } }),
        limitMs,
      ),
    );
    const running = infos
      .filter(({ State }) => State === 'running')
      .map((info) => info.NetworkSettings.Networks);
    this.networks.noteListed(running);
    await this.networks.learn(running, remainingMs());
    return infos
      .map((info) => fromListing(info, this.viewpoint))
      .filter(({ ownership }) => ownership !== 'foreign');
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
