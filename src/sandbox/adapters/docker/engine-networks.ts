import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { AppConfig, DockerConfig } from '../../../config/sections.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { EngineClient } from './engine-client.js';
import { missingIsolation } from './network-isolation.js';
import { ensureNetwork, listNetworks, type NetworkTerms } from './sandbox-network.js';
import { SandboxNetworks } from './sandbox-networks.js';

/** The networks that a container is on, by name, as inspections and lists show them. */
export type Endpoints = Readonly<Record<string, { readonly NetworkID?: string } | undefined>>;

/** The service's networks at the engine: made when they are needed, looked at before they count. */
@Injectable()
export class EngineNetworks {
  private readonly engine: EngineClient;
  /** Of the first network, which the others share but for the name. */
  private readonly terms: NetworkTerms;
  private readonly choice: SandboxNetworks;
  /** By name; whether it is one that may be used. */
  private readonly preparations = new Map<string, Promise<boolean>>();
  /** By the network's id, since another network can take the name. What is isolated stays so: options never change. */
  private readonly isolated = new Map<string, boolean>();
  private hasWarned = false;

  constructor(
    docker: DockerConfig,
    sandbox: SandboxConfig,
    app: AppConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { networkName: name, networkIsolation: isIsolated, maxNetworks } = sandbox;
    this.engine = new EngineClient(docker);
    this.terms = { name, instance: app.instance, isIsolated };
    this.choice = new SandboxNetworks(name, maxNetworks);
  }

  /** Makes the first network when it is missing. @throws SandboxRuntimeError, `network-not-isolated` among them */
  async prepare(): Promise<void> {
    await this.ready(this.terms.name);
  }

  /**
   * The network for the next container; a further one is made when it is its turn.
   * @returns its name
   * @throws SandboxRuntimeError: `network-full` when there is no room on any, and what making one can end with
   */
  take(limitMs?: number): Promise<string> {
    return this.engine.call(() => this.firstWithRoom(), limitMs);
  }

  private async firstWithRoom(): Promise<string> {
    for (;;) {
      const name = this.choice.current();
      if (name === null) {
        throw new SandboxRuntimeError('network-full', `every network of ${this.terms.name} is full`);
      }
      if (await this.ready(name)) return name;
      if (this.choice.noteFull(name)) this.logger.warn('sandbox_network_not_ours', { network: name });
    }
  }

  /** The engine could put no more containers on it. */
  noteFull(name: string): void {
    if (this.choice.noteFull(name)) this.logger.warn('sandbox_network_full', { network: name });
  }

  /** They may have been removed or replaced behind our back: whoever needs one next looks again. */
  lookAgain(): void {
    this.preparations.clear();
  }

  /** What a list of all containers showed, one entry a running container. */
  noteListed(containers: readonly Endpoints[]): void {
    const counts = new Map<string, number>();
    for (const name of containers.flatMap((endpoints) => Object.keys(endpoints))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    this.choice.noteCounts(counts);
  }

  /** Looks at those networks, another replica's among them, that were not seen before and have to be isolated. */
  async learn(containers: readonly Endpoints[], limitMs?: number): Promise<void> {
    if (!this.terms.isIsolated) return;
    const isUnknown = ([name, endpoint]: [string, Endpoints[string]]): boolean =>
      this.choice.isOne(name) &&
      Boolean(endpoint?.NetworkID) &&
      !this.isolated.has(endpoint?.NetworkID ?? '');
    if (!containers.some((endpoints) => Object.entries(endpoints).some(isUnknown))) return;
    for (const network of await listNetworks(this.engine, this.terms.name, limitMs)) {
      this.isolated.set(network.Id, missingIsolation(network).length === 0);
    }
  }

  /** Whether an address there counts: on a network of ours, and on one that was seen to be isolated if it has to be. */
  counts(name: string, networkId: string): boolean {
    return this.choice.isOne(name) && (!this.terms.isIsolated || this.isolated.get(networkId) === true);
  }

  private ready(name: string): Promise<boolean> {
    const known = this.preparations.get(name);
    if (known !== undefined) return known;
    const preparation = this.ensure(name).catch((error: unknown) => {
      this.preparations.delete(name);
      throw error;
    });
    this.preparations.set(name, preparation);
    return preparation;
  }

  private async ensure(name: string): Promise<boolean> {
    const network = await ensureNetwork(this.engine, { ...this.terms, name }, this.terms.name);
    if (network === null) return false;
    if (network.isNew) this.logger.info('sandbox_network_created', { network: name });
    if (this.terms.isIsolated) this.noteIsolation(network.id);
    return true;
  }

  /** Whether the host keeps its sandboxes out, the engine cannot tell. */
  private noteIsolation(networkId: string): void {
    this.isolated.set(networkId, true);
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.logger.warn('network_isolation_needs_host_rules', {
      network: this.terms.name,
      rules: 'config/network-isolation/host-rules.sh',
    });
  }
}
