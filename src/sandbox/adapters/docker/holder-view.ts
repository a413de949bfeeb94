import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { ContainerState } from '../../domain/container.js';
import type { NetworkHolder } from '../../domain/network-holder.js';
import type { Survey } from '../../ports/sandbox-runtime.js';
import { addressOn, fromListing, holderIdOf, toState, type Viewpoint } from './container-view.js';
import { holderCreatedAt, isHolderOf, LABEL } from './labels.js';

/** The address that a holder gives to what is in its network; null unless it is ours, runs, and has one. */
export function addressOfHolder(
  { Config, State, NetworkSettings }: ContainerInspectInfo,
  viewpoint: Viewpoint,
): string | null {
  const isAlive = isHolderOf(Config.Labels, viewpoint.instance) && stateOf(State.Status) === 'running';
  return isAlive ? addressOn(NetworkSettings.Networks, viewpoint) : null;
}

/** Everything of this instance in one list of the engine's: each sandbox's container with the address of its holder. */
export function surveyOf(infos: readonly ContainerInfo[], viewpoint: Viewpoint): Survey {
  const isHolder = ({ Labels }: ContainerInfo): boolean => isHolderOf(Labels, viewpoint.instance);
  const holders = infos.filter(isHolder);
  const addresses = new Map(
    holders
      .filter(({ State }) => stateOf(State) === 'running')
      .map(({ Id, NetworkSettings }) => [Id, addressOn(NetworkSettings.Networks, viewpoint)]),
  );
  const referenced = referencedBy(infos);
  return {
    containers: infos
      .filter((info) => !isHolder(info))
      .map((info) => fromListing(info, viewpoint, (holderId) => addresses.get(holderId) ?? null))
      .filter(({ ownership }) => ownership !== 'foreign'),
    holders: holders.map((info) => holderView(info, referenced)),
  };
}

/** Ids of the containers that others are in the network of, or claim to be. */
const referencedBy = (infos: readonly ContainerInfo[]): ReadonlySet<string> =>
  new Set(
    infos
      .flatMap(({ HostConfig, Labels }) => [
        holderIdOf(HostConfig.NetworkMode),
        Labels[LABEL.networkHolder] ?? null,
      ])
      .filter((id) => id !== null),
  );

const holderView = (
  { Id, Labels, State, Created }: ContainerInfo,
  referenced: ReadonlySet<string>,
): NetworkHolder => ({
  holderId: Id,
  isTaken: State === FROZEN,
  isReferenced: referenced.has(Id),
  state: stateOf(State),
  createdAt: holderCreatedAt(Labels, new Date(Created * 1000)),
});

/** A holder that was taken is frozen, which concerns its process and not its network. */
const FROZEN = 'paused';

const stateOf = (status: string): ContainerState => (status === FROZEN ? 'running' : toState(status));
