import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { conflictBetween } from '../domain/conflict.js';
import { isActive } from '../domain/container.js';
import type { Sandbox } from '../domain/sandbox.js';
import { LIFECYCLE_LOCK, type LifecycleLock } from '../ports/lifecycle-lock.js';
import { LIVENESS_WATCH, type LivenessWatch } from '../ports/liveness-watch.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import type { Terms } from './start-flights.js';
import { VolumeGate } from './volume-gate.js';

/** The short way of a create: what is on record, where nothing goes on with the chat and its container is proven to live. */
@Injectable()
export class ProvenReuse {
  /** Records whose volume the policy of this process allows; those of an earlier one were allowed by another. */
  private readonly allowed = new WeakSet<Sandbox>();

  constructor(
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(LIVENESS_WATCH) private readonly watch: LivenessWatch,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly volumes: VolumeGate,
  ) {}

  /**
   * To be called in the chat's line of arrival, where all that came before holds the lock or waits for it.
   * @param asked its volume as the caller spelt it: one that is spelt as the record's canonical path means that volume,
   * for nothing is mounted that could have come to lie elsewhere
   * @returns null where the usual way must decide
   * @throws InvalidInputError when the policy does not let a sandbox have this volume
   */
  async find(asked: Terms): Promise<Sandbox | null> {
    if (this.lock.isBusy(asked.chatId)) return null;
    const record = await this.registry.find(asked.chatId);
    if (record === null || conflictBetween(record, asked).length > 0) return null;
    // A create that hands out what was to be deleted has to take that note back.
    if ((await this.registry.listDeletions()).has(asked.chatId)) return null;
    if (!this.allowed.has(record)) await this.volumes.assertAllowed(record.volumeHostPath);
    this.allowed.add(record);
    // Once more: a sweep does not come in that line, and waiting for the proof may take some time.
    return (await this.isProven(record)) && !this.lock.isBusy(asked.chatId) ? record : null;
  }

  private async isProven({ containerId, endpoint }: Sandbox): Promise<boolean> {
    const container = await this.watch.proven(containerId);
    return (
      container !== null &&
      isActive(container, this.clock.now()) &&
      container.ip === endpoint.ip &&
      container.claim.endpointPort === endpoint.port
    );
  }
}
