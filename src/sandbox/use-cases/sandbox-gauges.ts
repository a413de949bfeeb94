import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { type GaugeValue, METRICS, type Metrics } from '../../observability/ports/metrics.js';
import { isExpired } from '../domain/sandbox.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { OverdueContainers } from './overdue-containers.js';

/** How things stand, read from the records and the last pass whenever the metrics are. */
@Injectable()
export class SandboxGauges {
  /** Monotonic; null until records and containers have agreed once. */
  private agreedAtMs: number | null = null;

  constructor(
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) metrics: Metrics,
    private readonly overdue: OverdueContainers,
  ) {
    metrics.gauge('sandbox.active.count', () => this.countActive());
    metrics.gauge('sandbox.sweep.lag_seconds', () => this.secondsOverdue());
    metrics.gauge('sandbox.sweep.age_seconds', () => this.secondsSinceAgreement());
  }

  /** A pass has just seen all containers. */
  noteAgreement(): void {
    this.agreedAtMs = performance.now();
  }

  /** After a start nobody knows what runs until the engine has been asked: what is on record may be a part of it. */
  private async countActive(): Promise<GaugeValue> {
    if (this.agreedAtMs === null) return null;
    const now = this.clock.now();
    return (await this.registry.list()).filter((sandbox) => !isExpired(sandbox, now)).length;
  }

  private async secondsOverdue(): Promise<GaugeValue> {
    if (this.agreedAtMs === null) return null;
    const nowMs = this.clock.now().getTime();
    const onRecord = (await this.registry.list()).map(({ expiresAt }) => expiresAt);
    const ages = [...onRecord, ...this.overdue.list()].map((expiresAt) => nowMs - expiresAt.getTime());
    return Math.max(0, ...ages) / 1000;
  }

  private secondsSinceAgreement(): GaugeValue {
    return this.agreedAtMs === null ? null : (performance.now() - this.agreedAtMs) / 1000;
  }
}
