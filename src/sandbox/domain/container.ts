import { isExpired, type Sandbox } from './sandbox.js';

/** What a container says of the sandbox that it carries out. */
export interface SandboxClaim {
  readonly sessionId: string;
  readonly chatId: string;
  readonly agentId: string;
  readonly volumeHostPath: string;
  readonly endpointPort: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * `created`: made, never started. `running`: running and not paused. `removing`: on its way out.
 * `dead`: everything else (exited, paused, restarting, dead), for none of these answers.
 */
export type ContainerState = 'created' | 'running' | 'removing' | 'dead';

/** A container of the engine as far as it matters to us. */
export interface SandboxContainer {
  readonly containerId: string;
  /** `ours`: this instance's; `unreadable`: ours, but what it claims cannot be understood; `foreign`: never touched. */
  readonly ownership: 'ours' | 'unreadable' | 'foreign';
  /** Whether its name is the one that its chat's container bears. */
  readonly hasChatName: boolean;
  readonly state: ContainerState;
  /** Its address on the sandboxes' network; of one in a holder's network the holder's, while that one lives. */
  readonly ip: string | null;
  /** The container whose network it is in; null where it has its own. */
  readonly networkHolderId: string | null;
  /** Of a container that has ended, where the engine told. */
  readonly exitCode: number | null;
  /** Present exactly when it is `ours`. */
  readonly claim: SandboxClaim | null;
}

export interface OurContainer extends SandboxContainer {
  readonly ownership: 'ours';
  readonly claim: SandboxClaim;
}

export interface LiveContainer extends OurContainer {
  readonly state: 'running';
  readonly ip: string;
}

export const isOurs = (container: SandboxContainer): container is OurContainer =>
  container.ownership === 'ours' && container.claim !== null;

/** Whether an agent can answer in it: it runs and has an address. */
export const isAlive = (container: SandboxContainer): container is LiveContainer =>
  isOurs(container) && container.state === 'running' && container.ip !== null;

/** Whether it is what `create` may hand out. */
export const isActive = (container: SandboxContainer, now: Date): container is LiveContainer =>
  isAlive(container) && !isExpired(container.claim, now);

/** The sandbox that a living container carries out. */
export function toSandbox({ containerId, ip, claim }: LiveContainer): Sandbox {
  const { endpointPort, ...identity } = claim;
  return { ...identity, containerId, endpoint: { ip, port: endpointPort } };
}

/** Whether it may still be another replica's start in progress. */
export const isStarting = ({ state, claim }: OurContainer, now: Date, createdGraceMs: number): boolean =>
  state === 'created' && now.getTime() - claim.createdAt.getTime() < createdGraceMs;

/** Of several living containers of one chat: the one with the chat's name, else the youngest. */
export function elect<C extends OurContainer>(containers: readonly C[]): C | null {
  const [first, ...others] = containers;
  return first === undefined
    ? null
    : others.reduce((best, other) => (isBetter(other, best) ? other : best), first);
}

function isBetter(candidate: OurContainer, best: OurContainer): boolean {
  if (candidate.hasChatName !== best.hasChatName) return candidate.hasChatName;
  return candidate.claim.createdAt > best.claim.createdAt;
}
