import type { ContainerCreateOptions } from 'dockerode';
import type { SandboxConfig } from '../../../config/sandbox-config.js';
import { HOLDER_COMMAND, HOLDER_IMAGE } from './holder-image.js';
import { holderLabels } from './labels.js';

const MEMORY_BYTES = 32 * 1024 * 1024;
/** The program has one thread; what starts it has some for a moment, and is counted. */
const PIDS_LIMIT = 32;
/** Nobody, in numbers: the image has no list of users. */
const USER = '65534:65534';

/** What the engine is asked for: a container that holds a network, and can do nothing else. */
export const holderSpec = (
  name: string,
  createdAt: Date,
  sandbox: SandboxConfig,
  instance: string,
  networkName = sandbox.networkName,
): ContainerCreateOptions => ({
  name,
  Image: HOLDER_IMAGE,
  Cmd: [HOLDER_COMMAND],
  User: USER,
  Labels: { ...holderLabels(sandbox.agentServicePort, createdAt, instance) },
  // The end of its input is the end of the service that wants it.
  OpenStdin: true,
  StdinOnce: true,
  AttachStdin: true,
  AttachStdout: true,
  HostConfig: {
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: true,
    IpcMode: 'private',
    RestartPolicy: { Name: 'no' },
    AutoRemove: true,
    Memory: MEMORY_BYTES,
    MemorySwap: MEMORY_BYTES,
    PidsLimit: PIDS_LIMIT,
    LogConfig: { Type: 'none', Config: {} },
    NetworkMode: networkName,
    // Those of the sandbox that will be in its network, which cannot have its own.
    ExtraHosts: sandbox.extraHosts,
  },
  NetworkingConfig: { EndpointsConfig: { [networkName]: {} } },
});
