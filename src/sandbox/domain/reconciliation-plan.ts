import {
  elect,
  isActive,
  isOurs,
  isStarting,
  type LiveContainer,
  type OurContainer,
  type SandboxContainer,
} from './container.js';
import type { NetworkHolder } from './network-holder.js';
import { isExpired, type Sandbox } from './sandbox.js';

export type HolderRemovalReason = 'orphaned' | 'dead' | 'never-started';
export type RemovalReason = 'expired' | 'dead' | 'duplicate' | 'deletion-requested';
type LeaveReason = 'tracked' | 'starting' | 'being-removed' | 'unreadable';

/** One step towards agreement between our records and the engine's containers. */
export type ReconciliationAction =
  | { readonly kind: 'adopt'; readonly chatId: string; readonly container: LiveContainer }
  | { readonly kind: 'forget'; readonly chatId: string; readonly sandbox: Sandbox }
  | {
      readonly kind: 'remove';
      readonly chatId: string;
      readonly container: OurContainer;
      readonly reason: RemovalReason;
    }
  | {
      readonly kind: 'leave';
      readonly chatId: string | null;
      readonly container: SandboxContainer;
      readonly reason: LeaveReason;
    }
  | {
      readonly kind: 'remove-holder';
      readonly chatId: null;
      readonly holder: NetworkHolder;
      readonly reason: HolderRemovalReason;
    };

export interface ReconciliationInput {
  readonly sandboxes: readonly Sandbox[];
  /** Every labelled container of this instance, in whatever state. */
  readonly containers: readonly SandboxContainer[];
  /** Every network holder of this instance, in whatever state. */
  readonly holders: readonly NetworkHolder[];
  readonly now: Date;
  readonly createdGraceMs: number;
  /** Chats whose sandbox could not be deleted when that was asked for, with the time of asking. */
  readonly deletions: ReadonlyMap<string, Date>;
}

/** What has to be done so that sandboxes and containers agree. Foreign containers appear in no action. */
export function planReconciliation(input: ReconciliationInput): ReconciliationAction[] {
  const sandboxes = new Map(input.sandboxes.map((sandbox) => [sandbox.chatId, sandbox]));
  const ours = Map.groupBy(input.containers.filter(isOurs), ({ claim }) => claim.chatId);
  const chatIds = new Set([...ours.keys(), ...sandboxes.keys()]);
  const unreadable = input.containers
    .filter(({ ownership }) => ownership === 'unreadable')
    .map((container) => ({ kind: 'leave', chatId: null, container, reason: 'unreadable' }) as const);
  return [
    ...[...chatIds].flatMap((chatId) =>
      planChat(chatId, sandboxes.get(chatId), ours.get(chatId) ?? [], input),
    ),
    ...unreadable,
    ...input.holders.flatMap((holder) => planHolder(holder, input)),
  ];
}

/**
 * One that a container refers to goes with that container. Of the others, one that waits is its service's as long as it
 * runs; one that was taken was so after its sandbox's container was made, so that nothing will ever need it.
 */
function planHolder(
  holder: NetworkHolder,
  { now, createdGraceMs }: ReconciliationInput,
): ReconciliationAction[] {
  const { state, isTaken, isReferenced, createdAt } = holder;
  if (isReferenced || state === 'removing') return [];
  const remove = (reason: HolderRemovalReason): ReconciliationAction[] => [
    { kind: 'remove-holder', chatId: null, holder, reason },
  ];
  if (state === 'dead') return remove('dead');
  if (isTaken) return remove('orphaned');
  const isStale = state === 'created' && now.getTime() - createdAt.getTime() >= createdGraceMs;
  return isStale ? remove('never-started') : [];
}

function planChat(
  chatId: string,
  sandbox: Sandbox | undefined,
  containers: readonly OurContainer[],
  input: ReconciliationInput,
): ReconciliationAction[] {
  const isUnwanted = ({ claim }: OurContainer): boolean => {
    const requestedAt = input.deletions.get(chatId);
    return requestedAt !== undefined && claim.createdAt <= requestedAt;
  };
  const wanted = elect(
    containers
      .filter((container) => isActive(container, input.now))
      .filter((container) => !isUnwanted(container)),
  );
  const actions = containers
    .filter((container) => container !== wanted)
    .map((container) => planUnelected(chatId, container, isUnwanted(container), input));

  if (wanted !== null) {
    actions.push(
      isTracking(sandbox, wanted)
        ? { kind: 'leave', chatId, container: wanted, reason: 'tracked' }
        : { kind: 'adopt', chatId, container: wanted },
    );
  } else if (
    sandbox !== undefined &&
    !containers.some(({ containerId }) => containerId === sandbox.containerId)
  ) {
    // A record whose container is still there is forgotten when that container is removed, not before.
    actions.push({ kind: 'forget', chatId, sandbox });
  }
  return actions;
}

const isTracking = (sandbox: Sandbox | undefined, { containerId, ip }: LiveContainer): boolean =>
  sandbox?.containerId === containerId && sandbox.endpoint.ip === ip;

function planUnelected(
  chatId: string,
  container: OurContainer,
  isUnwanted: boolean,
  { now, createdGraceMs }: ReconciliationInput,
): ReconciliationAction {
  if (container.state === 'removing') return { kind: 'leave', chatId, container, reason: 'being-removed' };
  const remove = (reason: RemovalReason): ReconciliationAction => ({
    kind: 'remove',
    chatId,
    container,
    reason,
  });
  if (isExpired(container.claim, now)) return remove('expired');
  if (isUnwanted) return remove('deletion-requested');
  if (isActive(container, now)) return remove('duplicate');
  if (isStarting(container, now, createdGraceMs))
    return { kind: 'leave', chatId, container, reason: 'starting' };
  return remove('dead');
}
