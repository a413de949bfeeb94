import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { SandboxConfig } from '../../../config/sandbox-config.js';
import { containerNameOf } from '../../domain/container-name.js';
import type { NewContainer } from '../../ports/sandbox-runtime.js';
import { LABEL, toLabels } from './labels.js';

/** The network of a container: one of the service's, by name, or that of a holder, by the holder's id. */
export type NetworkChoice = { readonly name: string } | { readonly holderId: string };

/**
 * What the engine is asked for: the whole security posture of a sandbox, on one page.
 * @param network the one of the service's networks that it goes on, or the container whose network it is to be in
 */
export function containerSpec(
  { claim, chatHostPath }: NewContainer,
  sandbox: SandboxConfig,
  instance: string,
  network: NetworkChoice = { name: sandbox.networkName },
): ContainerCreateOptions {
  return {
    name: containerNameOf(claim.chatId, instance),
    Image: sandbox.image,
    Labels: {
      ...toLabels(claim, instance),
      ...('holderId' in network ? { [LABEL.networkHolder]: network.holderId } : {}),
    },
    Env: environment(sandbox.env, claim.agentId),
    ...(sandbox.user === '' ? {} : { User: sandbox.user }),
    HostConfig: {
      ...hardening(sandbox),
      ...limits(sandbox),
      ...networkMode(network, sandbox.extraHosts),
      Mounts: [
        bind(chatHostPath, sandbox.chatMountPath, 'writable'),
        bind(claim.volumeHostPath, sandbox.volumeMountPath, 'writable'),
        bind(sandbox.dependenciesHostPath, sandbox.dependenciesMountPath, 'read-only'),
        bind(sandbox.lambdaToolsHostPath, sandbox.lambdaToolsMountPath, 'read-only'),
      ],
    },
    ...('name' in network ? { NetworkingConfig: { EndpointsConfig: { [network.name]: {} } } } : {}),
  };
}

/** In a holder's network names of hosts are the holder's, and the engine refuses any here. */
const networkMode = (network: NetworkChoice, extraHosts: string[]): HostConfig =>
  'name' in network
    ? { NetworkMode: network.name, ExtraHosts: extraHosts }
    : { NetworkMode: `container:${network.holderId}` };

function environment(configured: Readonly<Record<string, string>>, agentId: string): string[] {
  return Object.entries({ ...configured, AGENT_ID: agentId }).map(([name, value]) => `${name}=${value}`);
}

/**
 * Typed mounts, never bind strings: with those the engine makes a missing source directory, as root.
 * `rprivate`: no mount made on one side shows on the other, in submounts neither.
 */
const bind = (source: string, target: string, access: 'writable' | 'read-only'): MountSettings => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: access === 'read-only',
  BindOptions: { Propagation: 'rprivate' },
});

const hardening = (sandbox: SandboxConfig): HostConfig => ({
  Privileged: false,
  CapDrop: ['ALL'],
  CapAdd: sandbox.capAdd,
  // The engine's own seccomp profile holds because nothing here names another.
  SecurityOpt: ['no-new-privileges:true'],
  Init: true,
  RestartPolicy: { Name: 'no' },
  AutoRemove: false,
  IpcMode: 'private',
  ReadonlyRootfs: sandbox.readOnlyRoot,
  ...(sandbox.readOnlyRoot
    ? { Tmpfs: { '/tmp': `rw,nosuid,nodev,mode=1777,size=${sandbox.tmpfsBytes}` } }
    : {}),
  ...(sandbox.runtime === '' ? {} : { Runtime: sandbox.runtime }),
});

const limits = (sandbox: SandboxConfig): HostConfig => ({
  PidsLimit: sandbox.pidsLimit,
  Memory: sandbox.memoryBytes,
  // The sum of memory and swap: equal to the memory, so no swap at all.
  MemorySwap: sandbox.memoryBytes,
  NanoCpus: Math.round(sandbox.cpus * 1e9),
  Ulimits: [{ Name: 'nofile', Soft: sandbox.nofileLimit, Hard: sandbox.nofileLimit }],
  LogConfig: {
    Type: 'json-file',
    Config: { 'max-size': String(sandbox.logMaxBytes), 'max-file': String(sandbox.logMaxFiles) },
  },
});
