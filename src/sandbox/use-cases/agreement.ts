import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { endsInTime } from '../../kernel/in-time.js';
import { isAlive, isOurs, type OurContainer, type SandboxContainer, toSandbox } from '../domain/container.js';
import type { NetworkHolder } from '../domain/network-holder.js';
import {
  planReconciliation,
  type ReconciliationAction,
  type RemovalReason,
} from '../domain/reconciliation-plan.js';
import { isExpired, type Sandbox } from '../domain/sandbox.js';
import { LIFECYCLE_LOCK, type LifecycleLock } from '../ports/lifecycle-lock.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { forEachBounded } from './bounded-concurrency.js';
import { type CleanupCounts, CleanupEvents, noTally } from './cleanup-events.js';
import { Deadlines } from './deadlines.js';
import { EndContainer } from './end-container.js';
import { LastWords } from './last-words.js';
import { OverdueContainers } from './overdue-containers.js';

/** Chats worked on at one time. */
const CONCURRENCY = 32;
/**
 * Ending a stubborn container takes its whole grace; a pass goes on without it, and so does the next one. It does not
 * while removals wait for their turn: they would wait under their chats' locks.
 */
const PATIENCE_MS = 500;

/** Makes our records and the engine's containers agree; start-up and every sweep are this same pass. */
@Injectable()
export class Agreement {
  /** Chats that are being worked on, also from earlier passes. */
  private readonly underWay = new Set<string>();
  /** What was done since the last pass that came to its end; what outlasts a pass belongs to the next. */
  private tally = noTally();

  constructor(
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly endContainer: EndContainer,
    private readonly lastWords: LastWords,
    private readonly events: CleanupEvents,
    private readonly overdue: OverdueContainers,
    private readonly deadlines: Deadlines,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * One pass. A chat that fails is told, counted and left to the next pass; the others go on. One that takes long is
   * finished beside the passes that follow, and counted by the one during which, or before which, it ends.
   * @param prepare what has to have succeeded before anything is done; it runs beside the listing, which tells the engine
   * nothing
   * @returns what was done since the last pass that succeeded
   * @throws SandboxRuntimeError when the containers cannot be listed: then nothing is known and nothing is done
   */
  async reach(prepare = (): Promise<void> => Promise.resolve()): Promise<CleanupCounts> {
    const beganAt = this.clock.now();
    const [{ containers, holders }] = await Promise.all([this.runtime.survey(), prepare()]);
    const sandboxes = await this.registry.list();
    const actions = await this.plan(sandboxes, containers, holders);
    this.overdue.seen(this.expiriesOf(actions));
    const records = new Map(sandboxes.map((sandbox) => [sandbox.chatId, sandbox]));
    const work = Map.groupBy(actions.filter(isOfChat), ({ chatId }) => chatId);
    for (const [chatId, planned] of work) {
      if (!planned.some(isWork) || this.underWay.has(chatId)) work.delete(chatId);
    }
    await forEachBounded([...work], CONCURRENCY, async ([chatId, planned]) => {
      this.underWay.add(chatId);
      const settled = this.settle(chatId, planned, records.get(chatId) ?? null).finally(() => {
        this.underWay.delete(chatId);
      });
      while (!(await endsInTime(settled, PATIENCE_MS)) && this.endContainer.hasBacklog);
    });
    await forEachBounded(actions.filter(isOfHolder), CONCURRENCY, (action) => this.removeHolder(action));
    await this.withdrawDoneDeletions(actions, beganAt);
    return this.takeCounts(actions.filter(isUnreadable).length);
  }

  private takeCounts(unreadable: number): CleanupCounts {
    const counts = { ...this.tally, unreadable, unfinished: this.underWay.size };
    this.tally = noTally();
    return counts;
  }

  /** Of all containers that should have ended by now, also those that somebody is removing. */
  private expiriesOf(actions: readonly ReconciliationAction[]): Map<string, Date> {
    const now = this.clock.now();
    const containers = actions.flatMap((action) => ('container' in action ? [action.container] : []));
    return new Map(
      containers
        .filter(isOurs)
        .filter(({ claim }) => isExpired(claim, now))
        .map(({ containerId, claim }) => [containerId, claim.expiresAt]),
    );
  }

  private async plan(
    sandboxes: readonly Sandbox[],
    containers: readonly SandboxContainer[],
    holders: readonly NetworkHolder[] = [],
  ): Promise<ReconciliationAction[]> {
    const now = this.clock.now();
    const createdGraceMs = this.sandbox.createdGraceSeconds * 1000;
    const deletions = await this.registry.listDeletions();
    return planReconciliation({ sandboxes, containers, holders, now, createdGraceMs, deletions });
  }

  /** Under the chat's lock: reads again, decides again, acts. */
  private async settle(
    chatId: string,
    planned: readonly ReconciliationAction[],
    plannedRecord: Sandbox | null,
  ): Promise<void> {
    try {
      await this.lock.runExclusive(chatId, this.deadlines.engineMs, async () => {
        const record = await this.registry.find(chatId);
        const isUnchanged = record?.sessionId === plannedRecord?.sessionId;
        // Adopting costs no call of its own, so that a start-up costs one list: what is handed out is verified anyway.
        const isAdoptionOnly = isUnchanged && planned.every(({ kind }) => kind === 'adopt');
        const actions = isAdoptionOnly ? planned : await this.planAgain(record, planned);
        for (const action of actions) await this.carryOut(action, record);
      });
    } catch (error) {
      this.tally.error += 1;
      this.events.failed(chatId, error);
    }
  }

  private async planAgain(
    record: Sandbox | null,
    planned: readonly ReconciliationAction[],
  ): Promise<ReconciliationAction[]> {
    const ids = new Set(
      planned.flatMap((action) => ('container' in action ? [action.container.containerId] : [])),
    );
    if (record !== null) ids.add(record.containerId);
    const found = await Promise.all([...ids].map((containerId) => this.runtime.find(containerId)));
    return this.plan(
      record === null ? [] : [record],
      found.filter((container) => container !== null),
    );
  }

  private async carryOut(action: ReconciliationAction, record: Sandbox | null): Promise<void> {
    switch (action.kind) {
      case 'adopt':
        await this.registry.save(toSandbox(action.container));
        this.tally.adopted += 1;
        this.events.adopted(action.container);
        break;
      case 'forget':
        await this.registry.forget(action.chatId, action.sandbox.sessionId);
        this.tally.forgotten += 1;
        this.events.forgotten(action.sandbox);
        break;
      case 'remove':
        await this.remove(action.container, action.reason, record);
        break;
      case 'leave':
      case 'remove-holder':
        break;
    }
  }

  /** Under no lock, and without a second look: what nothing refers to now, nothing will. */
  private async removeHolder({ holder: { holderId }, reason }: HolderRemoval): Promise<void> {
    try {
      if (!(await this.runtime.removeHolder(holderId))) return;
      this.tally.holder_removed += 1;
      this.events.holderRemoved(holderId, reason);
    } catch (error) {
      this.tally.error += 1;
      this.events.holderFailed(holderId, error);
    }
  }

  private async remove(
    container: OurContainer,
    reason: RemovalReason,
    record: Sandbox | null,
  ): Promise<void> {
    await this.lastWords.tell(container);
    const isGraceful = reason === 'expired' && isAlive(container);
    await this.endContainer.execute(container.containerId, isGraceful ? 'gracefully' : 'at-once');
    if (record?.containerId === container.containerId) {
      await this.registry.forget(record.chatId, record.sessionId);
    }
    this.tally[reason === 'expired' ? 'expired' : 'orphan_removed'] += 1;
    this.events.removed({ ...container.claim, containerId: container.containerId }, reason);
  }

  /** A deletion that was asked for is done once nothing that it meant is left. */
  private async withdrawDoneDeletions(
    actions: readonly ReconciliationAction[],
    listedAt: Date,
  ): Promise<void> {
    const unfinished = new Set(
      actions
        .filter(({ kind }) => kind !== 'adopt')
        .filter((action) => !(action.kind === 'leave' && action.reason === 'tracked'))
        .map(({ chatId }) => chatId),
    );
    for (const [chatId, requestedAt] of await this.registry.listDeletions()) {
      if (requestedAt < listedAt && !unfinished.has(chatId)) await this.registry.withdrawDeletion(chatId);
    }
  }
}

const isOfChat = (action: ReconciliationAction): action is ReconciliationAction & { chatId: string } =>
  action.chatId !== null;

type HolderRemoval = Extract<ReconciliationAction, { kind: 'remove-holder' }>;

const isOfHolder = (action: ReconciliationAction): action is HolderRemoval => action.kind === 'remove-holder';

const isWork = ({ kind }: ReconciliationAction): boolean => kind !== 'leave';

const isUnreadable = (action: ReconciliationAction): boolean =>
  action.kind === 'leave' && action.reason === 'unreadable';
