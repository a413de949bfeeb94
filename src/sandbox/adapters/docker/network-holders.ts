import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { SandboxConfig } from '../../../config/sandbox-config.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import type { TimeBudget } from '../../use-cases/time-budget.js';
import { removeContainer } from './container-removal.js';
import { asInspection, asListing, asText } from './engine-answers.js';
import { type EngineClient, inBody } from './engine-client.js';
import { importHolderImage } from './holder-image.js';
import type { EngineNetworks } from './engine-networks.js';
import { holderSpec } from './holder-spec.js';
import { LABEL } from './labels.js';
import { NetworkLease } from './network-lease.js';

/** Network holders as containers of one Docker engine. Every method throws SandboxRuntimeError only. */
export class NetworkHolders {
  constructor(
    private readonly engine: EngineClient,
    private readonly sandbox: SandboxConfig,
    private readonly instance: string,
    private readonly networks: EngineNetworks,
  ) {}

  /** Starts one under this name, and leaves nothing behind where that fails, as far as the engine lets it. */
  async start(name: string, createdAt: Date, onOver: (lease: NetworkLease) => void): Promise<NetworkLease> {
    const network = await this.networks.take();
    const holderId = await this.create(name, createdAt, network);
    let lease: NetworkLease | null = null;
    try {
      lease = await this.lease(holderId, onOver);
      await this.engine.call(async (docker) => {
        await docker.getContainer(holderId).start();
      });
      return lease;
    } catch (error) {
      this.noteNetwork(error, network);
      lease?.release();
      await this.removeAfterFailure(holderId);
      throw error;
    }
  }

  /** So that the next one goes on another network, or on one that is made anew. */
  private noteNetwork(error: unknown, network: string): void {
    if (!(error instanceof SandboxRuntimeError)) return;
    if (error.failure === 'network-full') this.networks.noteFull(network);
    if (error.failure === 'network-missing' || error.failure === 'network-ambiguous')
      this.networks.lookAgain();
  }

  private async create(name: string, createdAt: Date, network: string): Promise<string> {
    const { name: _, ...body } = holderSpec(name, createdAt, this.sandbox, this.instance, network);
    const create = (): Promise<string> =>
      this.engine.call(async (docker) => asText((await docker.createContainer(inBody(body, { name }))).id));
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError) || error.failure !== 'image-missing') throw error;
      await importHolderImage(this.engine);
      return create();
    }
  }

  /** Before the start, so that the holder never runs without anybody's holding it. */
  private async lease(holderId: string, onOver: (lease: NetworkLease) => void): Promise<NetworkLease> {
    const connection = await this.engine.call((docker) =>
      docker.getContainer(holderId).attach({ stream: true, stdin: true, stdout: true, hijack: true }),
    );
    return new NetworkLease(holderId, connection as Duplex, onOver);
  }

  /** What cannot be removed now ends by itself, or is found by the sweep. */
  private async removeAfterFailure(holderId: string): Promise<void> {
    try {
      await this.remove(holderId);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
    }
  }

  remove(holderId: string, limitMs?: number): Promise<boolean> {
    return removeContainer(this.engine, holderId, limitMs);
  }

  /**
   * Freezes it, so that it does not end with its input. Idempotent.
   * @throws SandboxRuntimeError, where it may not be frozen, or is no more
   */
  async freeze(holderId: string, budget: TimeBudget): Promise<void> {
    try {
      await this.engine.call(async (docker) => {
        await docker.getContainer(holderId).pause();
      }, budget.remainingMs);
    } catch (error) {
      // No answer does not mean that nothing happened; and of one that is frozen already the engine complains.
      if (!(await this.isFrozen(holderId, budget))) throw error;
    }
  }

  private async isFrozen(holderId: string, budget: TimeBudget): Promise<boolean> {
    const look = (docker: Docker): Promise<ContainerInspectInfo> => docker.getContainer(holderId).inspect();
    return asInspection(await this.engine.call(look, budget.remainingMs)).State.Paused;
  }
}

/** Sandboxes' containers and holders alike, whosesoever, in any state. */
export const listAll = async (engine: EngineClient, limitMs?: number): Promise<readonly ContainerInfo[]> =>
  asListing(
    await engine.call(
      async (docker) => docker.listContainers({ all: true, filters: { label: [LABEL.endpointPort] } }),
      limitMs,
    ),
  );
