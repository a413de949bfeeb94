import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { containerNameOf } from '../../domain/container-name.js';
import type { ContainerState, SandboxContainer } from '../../domain/container.js';
import { isOwnedBy, type Labels, readClaim } from './labels.js';

/** What decides how a container is seen: whose service looks, and which networks it looks at. */
export interface Viewpoint {
  readonly instance: string;
  /** Whether an address on the network counts; the id tells it from another that took its name. */
  counts(networkName: string, networkId: string): boolean;
}

/** The address of the container with this id, as far as a sandbox may be reached by it. */
export type HolderAddress = (holderId: string) => string | null;

interface EngineEndpoint {
  readonly NetworkID?: string;
  readonly IPAddress?: string;
  readonly GlobalIPv6Address?: string;
}

export type EngineEndpoints = Readonly<Record<string, EngineEndpoint | undefined>>;

interface EngineContainer {
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Labels;
  readonly createdAt: Date;
  readonly status: string;
  readonly networks: EngineEndpoints;
  readonly networkHolderId: string | null;
  readonly exitCode: number | null;
}

export const fromInspection = (
  info: ContainerInspectInfo,
  viewpoint: Viewpoint,
  addressOf: HolderAddress = () => null,
): SandboxContainer =>
  view(
    {
      id: info.Id,
      names: [info.Name],
      labels: info.Config.Labels,
      createdAt: new Date(info.Created),
      status: info.State.Status,
      networks: info.NetworkSettings.Networks,
      networkHolderId: holderIdOf(info.HostConfig.NetworkMode),
      exitCode: info.State.Status === 'exited' ? info.State.ExitCode : null,
    },
    viewpoint,
    addressOf,
  );

/** From the list of containers, which has all but the exit code. */
export const fromListing = (
  info: ContainerInfo,
  viewpoint: Viewpoint,
  addressOf: HolderAddress = () => null,
): SandboxContainer =>
  view(
    {
      id: info.Id,
      names: info.Names,
      labels: info.Labels,
      createdAt: new Date(info.Created * 1000),
      status: info.State,
      networks: info.NetworkSettings.Networks,
      networkHolderId: holderIdOf(info.HostConfig.NetworkMode),
      exitCode: null,
    },
    viewpoint,
    addressOf,
  );

/** The container whose network one with this mode is in. */
export const holderIdOf = (networkMode: string | undefined): string | null =>
  /^container:(.+)$/.exec(networkMode ?? '')?.[1] ?? null;

/** The address on the first network that counts, by name: the same in an inspection and in a list, which sort them. */
export function addressOn(networks: EngineEndpoints, viewpoint: Viewpoint): string | null {
  const counted = Object.entries(networks).filter(([name, endpoint]) =>
    viewpoint.counts(name, endpoint?.NetworkID ?? ''),
  );
  // `||`, since the engine says '' for none.
  const addresses = counted.map(([, endpoint]) => endpoint?.IPAddress || endpoint?.GlobalIPv6Address || null);
  return addresses.find((address) => address !== null) ?? null;
}

function view(container: EngineContainer, viewpoint: Viewpoint, addressOf: HolderAddress): SandboxContainer {
  const { instance } = viewpoint;
  const { networkHolderId } = container;
  const isOwned = isOwnedBy(container.labels, instance);
  const claim = isOwned ? readClaim(container.labels, container.createdAt) : null;
  return {
    containerId: container.id,
    ownership: claim !== null ? 'ours' : isOwned ? 'unreadable' : 'foreign',
    hasChatName: claim !== null && container.names.includes(`/${containerNameOf(claim.chatId, instance)}`),
    state: toState(container.status),
    ip: networkHolderId === null ? addressOn(container.networks, viewpoint) : addressOf(networkHolderId),
    networkHolderId,
    exitCode: container.exitCode,
    claim,
  };
}

export function toState(status: string): ContainerState {
  return status === 'created' || status === 'running' || status === 'removing' ? status : 'dead';
}
