import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { SandboxConfig } from '../../../config/sandbox-config.js';
import { containerNameOf } from '../../domain/container-name.js';
import type { NewContainer } from '../../ports/sandbox-runtime.js';
import { LABEL, toLabels } from './labels.js';

/**
 * What the engine is asked for: the whole security posture of a sandbox, on one page.
 * @param holderId the container whose network it is to be in; null: one of its own
 */
export function containerSpec(
  { claim, chatHostPath }: NewContainer,
  sandbox: SandboxConfig,
  instance: string,
  holderId: string | null = null,
): ContainerCreateOptions {
  return {
    name: containerNameOf(claim.chatId, instance),
    Image: sandbox.image,
    Labels: {
      ...toLabels(claim, instance),
      ...(holderId === null ? {} : { [LABEL.networkHolder]: holderId }),
    },
    Env: environment(sandbox.env, claim.agentId),
    ...(sandbox.user === '' ? {} : { User: sandbox.user }),
    HostConfig: {
      ...hardening(sandbox),
      ...limits(sandbox),
      // In a holder's network names of hosts are the holder's, and the engine refuses any here.
      ...(holderId === null
        ? { NetworkMode: sandbox.networkName, ExtraHosts: sandbox.extraHosts }
        : { NetworkMode: `container:${holderId}` }),
      Mounts: [
        bind(chatHostPath, sandbox.chatMountPath, 'writable'),
        bind(claim.volumeHostPath, sandbox.volumeMountPath, 'writable'),
        bind(sandbox.dependenciesHostPath, sandbox.dependenciesMountPath, 'read-only'),
        bind(sandbox.lambdaToolsHostPath, sandbox.lambdaToolsMountPath, 'read-only'),
      ],
    },
    ...(holderId === null ? { NetworkingConfig: { EndpointsConfig: { [sandbox.networkName]: {} } } } : {}),
  };
}

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
