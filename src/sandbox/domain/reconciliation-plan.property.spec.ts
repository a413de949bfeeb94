import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aClaim, aSandbox } from '../../../test/builders/containers.js';
import { aUuid } from '../../../test/builders/ids.js';
import { NOW, secondsFromNow } from '../../../test/builders/times.js';
import { isActive, isOurs, type SandboxContainer, toSandbox } from './container.js';
import { planReconciliation, type ReconciliationInput } from './reconciliation-plan.js';
import type { NetworkHolder } from './network-holder.js';
import type { Sandbox } from './sandbox.js';

const GRACE_MS = 5000;

const chatIds = fc.constantFrom(aUuid(1), aUuid(2), aUuid(3));
const times = fc.integer({ min: -20, max: 20 }).map(secondsFromNow);
const ips = fc.constantFrom('172.18.0.2', '172.18.0.3', null);

const containers = fc
  .array(
    fc.record({
      ownership: fc.constantFrom('ours', 'ours', 'ours', 'unreadable', 'foreign'),
      state: fc.constantFrom('created', 'running', 'running', 'removing', 'dead'),
      hasChatName: fc.boolean(),
      ip: ips,
      isInHolder: fc.boolean(),
      claim: fc.record({ chatId: chatIds, createdAt: times, expiresAt: times }).map(aClaim),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map((container, index): SandboxContainer => {
      const claim = { ...container.claim, sessionId: aUuid(100 + index) };
      const isOur = container.ownership === 'ours';
      return {
        ...container,
        containerId: `c${index}`,
        networkHolderId: container.isInHolder ? `h${index}` : null,
        exitCode: null,
        claim: isOur ? claim : null,
      };
    }),
  );

/** `h0` is the holder of `c0`, if that is in one's network at all, and so on; some are nobody's. */
const holders = fc
  .array(
    fc.record({
      isTaken: fc.boolean(),
      state: fc.constantFrom('created', 'running', 'running', 'removing', 'dead'),
      createdAt: times,
    }),
    { maxLength: 10 },
  )
  .map((all) => all.map((holder, index) => ({ ...holder, holderId: `h${index}` })));

const sandboxes = fc.uniqueArray(
  fc
    .record({
      chatId: chatIds,
      ip: fc.constantFrom('172.18.0.2', '172.18.0.3'),
      expiresAt: times,
      index: fc.nat(9),
    })
    .map(({ chatId, ip, expiresAt, index }) =>
      aSandbox({
        chatId,
        expiresAt,
        containerId: `c${index}`,
        endpoint: { ip, port: 8000 },
        sessionId: aUuid(100 + index),
      }),
    ),
  { selector: ({ chatId }) => chatId },
);

const worlds = fc
  .record({
    containers,
    holders,
    sandboxes,
    deletions: fc.array(fc.tuple(chatIds, times)).map((all) => new Map(all)),
  })
  // A record is of its own chat's container, or of one that is gone.
  .map((world) => ({
    ...world,
    sandboxes: world.sandboxes.filter(({ containerId, chatId }) =>
      world.containers.every((one) => one.containerId !== containerId || one.claim?.chatId === chatId),
    ),
    holders: referencedIn(world.containers, world.holders),
    now: NOW,
    createdGraceMs: GRACE_MS,
  }));

function referencedIn(
  all: readonly SandboxContainer[],
  some: readonly Omit<NetworkHolder, 'isReferenced'>[],
): NetworkHolder[] {
  const referenced = new Set(all.map(({ networkHolderId }) => networkHolderId));
  return some.map((holder) => ({ ...holder, isReferenced: referenced.has(holder.holderId) }));
}

/** What is there once every action was carried out. */
function carriedOut(world: ReconciliationInput): ReconciliationInput {
  const records = new Map(world.sandboxes.map((sandbox) => [sandbox.chatId, sandbox]));
  const left = new Map(world.containers.map((container) => [container.containerId, container]));
  const heldBy = new Map(world.holders.map((holder) => [holder.holderId, holder]));
  for (const action of planReconciliation(world)) {
    if (action.kind === 'adopt') records.set(action.chatId, toSandbox(action.container));
    if (action.kind === 'forget') records.delete(action.chatId);
    if (action.kind === 'remove-holder') heldBy.delete(action.holder.holderId);
    if (action.kind === 'remove') {
      heldBy.delete(action.container.networkHolderId ?? '');
      left.delete(action.container.containerId);
      const record: Sandbox | undefined = records.get(action.chatId);
      if (record?.containerId === action.container.containerId) records.delete(action.chatId);
    }
  }
  return {
    ...world,
    sandboxes: [...records.values()],
    containers: [...left.values()],
    holders: referencedIn([...left.values()], [...heldBy.values()]),
  };
}

const check = (predicate: (world: ReconciliationInput) => void): void => {
  fc.assert(fc.property(worlds, predicate), { numRuns: 500 });
};

describe('planReconciliation, for any world', () => {
  it('brings records and containers to agree, so that nothing is left to be done', () => {
    check((world) => {
      const after = carriedOut(world);
      expect(planReconciliation(after).filter(({ kind }) => kind !== 'leave')).toEqual([]);
    });
  });

  it('leaves at most one active container a chat, and that one tracked with its own address', () => {
    check((world) => {
      const { containers: left, sandboxes: records } = carriedOut(world);
      const active = left.filter((container) => isActive(container, NOW));
      expect(new Set(active.map(({ claim }) => claim.chatId)).size).toBe(active.length);
      for (const { claim, containerId, ip } of active) {
        const tracked = records.find(({ chatId }) => chatId === claim.chatId);
        expect(tracked).toMatchObject({ containerId, endpoint: { ip } });
      }
    });
  });

  it('leaves no record without a container', () => {
    check((world) => {
      const { containers: left, sandboxes: records } = carriedOut(world);
      const ids = left.map(({ containerId }) => containerId);
      for (const { containerId } of records) expect(ids).toContain(containerId);
    });
  });

  it('names each of ours exactly once, only leaves the unreadable, and never mentions the foreign', () => {
    check((world) => {
      const named = planReconciliation(world).flatMap((action) => ('container' in action ? [action] : []));
      const expected = world.containers.filter(({ ownership }) => ownership !== 'foreign');
      expect(named.map(({ container }) => container.containerId).sort()).toEqual(
        expected.map(({ containerId }) => containerId).sort(),
      );
      for (const { kind, container } of named) if (!isOurs(container)) expect(kind).toBe('leave');
    });
  });

  it('removes an active one only as a duplicate of one that stays, or where its deletion was asked for', () => {
    check((world) => {
      const kept = carriedOut(world).containers.filter((container) => isActive(container, NOW));
      for (const action of planReconciliation(world)) {
        if (action.kind !== 'remove' || !isActive(action.container, NOW)) continue;
        const { chatId, createdAt } = action.container.claim;
        const requestedAt = world.deletions.get(chatId);
        const isAskedFor = requestedAt !== undefined && createdAt <= requestedAt;
        expect(isAskedFor || kept.some(({ claim }) => claim.chatId === chatId)).toBe(true);
      }
    });
  });

  it('takes no network from a container, nor from a process that waits with one, nor one that is being made', () => {
    check((world) => {
      for (const action of planReconciliation(world)) {
        if (action.kind !== 'remove-holder') continue;
        const { isTaken, isReferenced, state, createdAt } = action.holder;
        expect(isReferenced).toBe(false);
        expect(!isTaken && state === 'running').toBe(false);
        expect(!isTaken && state === 'created' && NOW.getTime() - createdAt.getTime() < GRACE_MS).toBe(false);
      }
    });
  });

  it('leaves no network that nothing needs', () => {
    check((world) => {
      for (const { isTaken, isReferenced, state } of carriedOut(world).holders) {
        const isOnItsWay = state === 'removing';
        expect(isReferenced || isOnItsWay || (!isTaken && state !== 'dead')).toBe(true);
      }
    });
  });
});
