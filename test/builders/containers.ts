import type { LiveContainer, SandboxClaim, SandboxContainer } from '../../src/sandbox/domain/container.js';
import type { NetworkHolder } from '../../src/sandbox/domain/network-holder.js';
import type { Sandbox } from '../../src/sandbox/domain/sandbox.js';
import { CHAT, SESSION } from './ids.js';
import { minutesAgo, minutesFromNow } from './times.js';

/** What a healthy sandbox's container says of itself. */
export const aClaim = (overrides: Partial<SandboxClaim> = {}): SandboxClaim => ({
  sessionId: SESSION,
  chatId: CHAT,
  agentId: 'agent-local',
  volumeHostPath: '/tmp/volume',
  endpointPort: 8000,
  createdAt: minutesAgo(1),
  expiresAt: minutesFromNow(4),
  ...overrides,
});

/** One of ours that runs, unless told otherwise. */
export const aContainer = ({
  claim,
  ...overrides
}: Partial<Omit<LiveContainer, 'claim'>> & { claim?: Partial<SandboxClaim> } = {}): LiveContainer => ({
  containerId: 'container-1',
  ownership: 'ours',
  hasChatName: true,
  state: 'running',
  ip: '172.18.0.2',
  networkHolderId: null,
  exitCode: null,
  claim: aClaim(claim),
  ...overrides,
});

/** One of ours in any state. */
export const aContainerIn = (
  state: SandboxContainer['state'],
  overrides: Parameters<typeof aContainer>[0] = {},
): SandboxContainer & { ownership: 'ours'; claim: SandboxClaim } => ({
  ...aContainer(overrides),
  state,
  ip: state === 'running' ? '172.18.0.2' : null,
});

/** One that was taken and that no sandbox is in the network of, unless told otherwise. */
export const aHolder = (overrides: Partial<NetworkHolder> = {}): NetworkHolder => ({
  holderId: 'holder-1',
  isTaken: true,
  isReferenced: false,
  state: 'running',
  createdAt: minutesAgo(1),
  ...overrides,
});

export const anUnreadableContainer = (overrides: Partial<SandboxContainer> = {}): SandboxContainer => ({
  ...aContainer(),
  hasChatName: false,
  ownership: 'unreadable',
  claim: null,
  ...overrides,
});

export const aForeignContainer = (overrides: Partial<SandboxContainer> = {}): SandboxContainer => ({
  ...anUnreadableContainer(),
  ownership: 'foreign',
  ...overrides,
});

/** The record of what `aContainer()` carries out. */
export const aSandbox = (overrides: Partial<Sandbox> = {}): Sandbox => {
  const { endpointPort, ...identity } = aClaim();
  return {
    ...identity,
    containerId: 'container-1',
    endpoint: { ip: '172.18.0.2', port: endpointPort },
    ...overrides,
  };
};
