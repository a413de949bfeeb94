import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { containerNameOf } from '../../domain/container-name.js';
import type { ContainerState, SandboxContainer } from '../../domain/container.js';
import { isOwnedBy, type Labels, readClaim } from './labels.js';

/** What decides how a container is seen: whose service looks, and at which network. */
export interface Viewpoint {
  readonly instance: string;
  readonly networkName: string;
  /** Where given, an address counts on this network alone, and not on another that took its name. */
  readonly networkId: string | null;
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

/** The address on the sandboxes' network. */
export function addressOn(networks: EngineEndpoints, { networkName, networkId }: Viewpoint): string | null {
  const endpoint = networks[networkName];
  const network = networkId === null || endpoint?.NetworkID === networkId ? endpoint : undefined;
  // `||`, since the engine says '' for none.
  return network?.IPAddress || network?.GlobalIPv6Address || null;
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
