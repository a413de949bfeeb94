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

interface EngineEndpoint {
  readonly NetworkID?: string;
  readonly IPAddress?: string;
  readonly GlobalIPv6Address?: string;
}

interface EngineContainer {
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Labels;
  readonly createdAt: Date;
  readonly status: string;
  readonly networks: Readonly<Record<string, EngineEndpoint | undefined>>;
  readonly exitCode: number | null;
}

export const fromInspection = (info: ContainerInspectInfo, viewpoint: Viewpoint): SandboxContainer =>
  view(
    {
      id: info.Id,
      names: [info.Name],
      labels: info.Config.Labels,
      createdAt: new Date(info.Created),
      status: info.State.Status,
      networks: info.NetworkSettings.Networks,
      exitCode: info.State.Status === 'exited' ? info.State.ExitCode : null,
    },
    viewpoint,
  );

/** From the list of containers, which has all but the exit code. */
export const fromListing = (info: ContainerInfo, viewpoint: Viewpoint): SandboxContainer =>
  view(
    {
      id: info.Id,
      names: info.Names,
      labels: info.Labels,
      createdAt: new Date(info.Created * 1000),
      status: info.State,
      networks: info.NetworkSettings.Networks,
      exitCode: null,
    },
    viewpoint,
  );

function view(container: EngineContainer, { instance, networkName, networkId }: Viewpoint): SandboxContainer {
  const isOwned = isOwnedBy(container.labels, instance);
  const claim = isOwned ? readClaim(container.labels, container.createdAt) : null;
  const endpoint = container.networks[networkName];
  const network = networkId === null || endpoint?.NetworkID === networkId ? endpoint : undefined;
  return {
    containerId: container.id,
    ownership: claim !== null ? 'ours' : isOwned ? 'unreadable' : 'foreign',
    hasChatName: claim !== null && container.names.includes(`/${containerNameOf(claim.chatId, instance)}`),
    state: toState(container.status),
    // `||`, since the engine says '' for none.
    ip: network?.IPAddress || network?.GlobalIPv6Address || null,
    exitCode: container.exitCode,
    claim,
  };
}

function toState(status: string): ContainerState {
  return status === 'created' || status === 'running' || status === 'removing' ? status : 'dead';
}
