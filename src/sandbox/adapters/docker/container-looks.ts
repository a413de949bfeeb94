import type Docker from 'dockerode';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { SandboxContainer } from '../../domain/container.js';
import type { Survey } from '../../ports/sandbox-runtime.js';
import type { TimeBudget } from '../../use-cases/time-budget.js';
import { fromInspection, holderIdOf, type Viewpoint } from './container-view.js';
import { asInspection } from './engine-answers.js';
import { type EngineClient, remainderOf } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import type { EngineNetworks } from './engine-networks.js';
import { addressOfHolder, surveyOf } from './holder-view.js';
import { listAll } from './network-holders.js';

/** What the engine has, seen with the service's networks and the holders of networks. Throws SandboxRuntimeError only. */
export class ContainerLooks {
  private readonly viewpoint: Viewpoint;

  constructor(
    private readonly engine: EngineClient,
    private readonly networks: EngineNetworks,
    instance: string,
  ) {
    this.viewpoint = { instance, counts: (name, id) => networks.counts(name, id) };
  }

  /** By one call, and another one where its network is a holder's; null where there is none. */
  async container(idOrName: string, budget: TimeBudget): Promise<SandboxContainer | null> {
    const info = await this.description(idOrName, budget.remainingMs);
    if (info === null) return null;
    const holderId = holderIdOf(info.HostConfig.NetworkMode);
    const holder = holderId === null ? null : await this.description(holderId, budget.remainingMs);
    await this.networks.learn([(holder ?? info).NetworkSettings.Networks], budget.remainingMs);
    const container = fromInspection(info, this.viewpoint, () =>
      holder === null ? null : addressOfHolder(holder, this.viewpoint),
    );
    // Perhaps the network is another one by now: the next start looks.
    if (container.state === 'running' && container.ip === null) this.networks.lookAgain();
    return container;
  }

  /** As the engine gives it; null where there is none. */
  async description(idOrName: string, limitMs: number): Promise<ContainerInspectInfo | null> {
    try {
      const look = (docker: Docker): Promise<ContainerInspectInfo> => docker.getContainer(idOrName).inspect();
      return asInspection(await this.engine.call(look, limitMs));
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  }

  /** Everything of this instance, by one call. */
  async survey(limitMs?: number): Promise<Survey> {
    const remainingMs = remainderOf(limitMs);
    const infos = await listAll(this.engine, limitMs);
    const onNetworks = infos.filter(isOnItsNetworks).map((info) => info.NetworkSettings.Networks);
    this.networks.noteListed(onNetworks);
    await this.networks.learn(onNetworks, remainingMs());
    return surveyOf(infos, this.viewpoint);
  }
}

/** Also while it is paused, as holders are that were taken. */
const isOnItsNetworks = ({ State }: ContainerInfo): boolean => State === 'running' || State === 'paused';
