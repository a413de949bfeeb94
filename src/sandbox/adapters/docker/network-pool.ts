import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { AppConfig, DockerConfig } from '../../../config/sections.js';
import { CLOCK, type Clock } from '../../../kernel/clock.js';
import { METRICS, type Metrics } from '../../../observability/ports/metrics.js';
import { holderNameOf } from '../../domain/network-holder.js';
import { TimeBudget } from '../../use-cases/time-budget.js';
import { EngineClient } from './engine-client.js';
import { EngineNetworks } from './engine-networks.js';
import { NetworkHolders } from './network-holders.js';
import type { NetworkLease } from './network-lease.js';

/** Bytes of a holder's name that are its own. */
const DISTINCTION_BYTES = 8;
/** What was taken and never used is let go after so many of the engine's deadlines: more than any create has. */
const DEADLINES_UNUSED = 4;

/**
 * Networks that wait for sandboxes, `sandbox.network_pool.size` of them. Only the process that started a holder ever
 * takes it, and what was taken comes back only where it was certainly not used, so no two sandboxes share one.
 */
@Injectable()
export class NetworkPool {
  private readonly holders: NetworkHolders;
  private readonly ready = new Set<NetworkLease>();
  /** By the session of the sandbox that they were taken for. */
  private readonly taken = new Map<string, TakenLease>();
  private readonly deadlineMs: number;
  private isClosed = false;

  constructor(
    docker: DockerConfig,
    private readonly sandbox: SandboxConfig,
    private readonly app: AppConfig,
    networks: EngineNetworks,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {
    this.holders = new NetworkHolders(new EngineClient(docker), sandbox, app.instance, networks);
    this.deadlineMs = docker.timeoutSeconds * 1000;
    metrics.gauge('sandbox.network_pool.ready', () => this.ready.size);
  }

  /** How many it is to get. */
  get missing(): number {
    return this.isClosed ? 0 : Math.max(0, this.sandbox.networkPoolSize - this.ready.size);
  }

  /** Starts one more. @throws SandboxRuntimeError */
  async add(): Promise<void> {
    const name = holderNameOf(randomBytes(DISTINCTION_BYTES).toString('hex'), this.app.instance);
    const lease = await this.holders.start(name, this.clock.now(), (over) => this.drop(over));
    if (this.isClosed) lease.release();
    else if (lease.isOpen) this.ready.add(lease);
  }

  /** One for the sandbox of this session, the longest waiting first; null where none is ready. */
  take(sessionId: string): NetworkLease | null {
    if (this.sandbox.networkPoolSize === 0) return null;
    const earlier = this.taken.get(sessionId);
    if (earlier !== undefined) return earlier.lease;
    const [lease] = this.ready;
    this.metrics.count('sandbox.network_pool.taken.total', {
      result: lease === undefined ? 'empty' : 'ready',
    });
    if (lease === undefined) return null;
    this.ready.delete(lease);
    const timer = setTimeout(() => lease.release(), this.deadlineMs * DEADLINES_UNUSED).unref();
    this.taken.set(sessionId, { lease, timer });
    return lease;
  }

  /** The engine has said that it made nothing in this network; what it may have made before that stands. */
  giveBack(sessionId: string): void {
    const taken = this.taken.get(sessionId);
    if (taken === undefined || taken.lease.mayBeReferenced) return;
    const { lease, timer } = taken;
    clearTimeout(timer);
    this.taken.delete(sessionId);
    if (this.isClosed || !lease.isOpen) lease.release();
    else this.ready.add(lease);
  }

  /** The lease of a holder that was taken here and is not assigned yet. */
  private leaseOf(holderId: string): NetworkLease | null {
    const found = [...this.taken.values()].find(({ lease }) => lease.holderId === holderId);
    return found?.lease ?? null;
  }

  /**
   * Makes a holder a sandbox's, so that it lives as long as that one, whatever becomes of this process.
   * @throws SandboxRuntimeError
   */
  async assign(holderId: string, limitMs = Infinity): Promise<void> {
    // Also where its connection has just ended: it may not have read that yet.
    await this.holders.freeze(holderId, new TimeBudget(Math.min(limitMs, this.deadlineMs)));
    this.leaseOf(holderId)?.release();
  }

  remove(holderId: string, limitMs?: number): Promise<boolean> {
    return this.holders.remove(holderId, limitMs);
  }

  /** Ends those that wait. What is being started gets none from here on. */
  async close(): Promise<void> {
    this.isClosed = true;
    const leases = [...this.ready];
    for (const lease of leases) lease.release();
    // They end by themselves too, which is enough where the engine does not answer.
    await Promise.allSettled(leases.map(({ holderId }) => this.holders.remove(holderId)));
  }

  private drop(lease: NetworkLease): void {
    this.ready.delete(lease);
    for (const [sessionId, taken] of this.taken) {
      if (taken.lease !== lease) continue;
      clearTimeout(taken.timer);
      this.taken.delete(sessionId);
    }
  }
}

interface TakenLease {
  readonly lease: NetworkLease;
  /** Lets it go when it is not used. */
  readonly timer: NodeJS.Timeout;
}
