import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { endsInTime } from '../../kernel/in-time.js';
import { InvalidInputError } from '../../kernel/invalid-input-error.js';
import { isActive } from '../domain/container.js';
import { SandboxLimitReachedError, SandboxQueueTimeoutError } from '../domain/errors.js';
import { isExpired, type Sandbox } from '../domain/sandbox.js';
import { ancestorsOf } from '../domain/volume-policy.js';
import { SANDBOX_RUNTIME, type SandboxRuntime, SandboxRuntimeError } from '../ports/sandbox-runtime.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import type { Terms } from './start-flights.js';
import type { TimeBudget } from './time-budget.js';

/** A start under way. */
interface Start extends Terms {
  readonly ended: Promise<undefined>;
}

/** Decides whether one more sandbox may start, counting those that are just starting. */
@Injectable()
export class Admission {
  /** Starts under way, in the order of their arrival. */
  private readonly starting = new Map<string, Start>();

  constructor(
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sandbox: SandboxConfig,
  ) {}

  /**
   * Runs the start with its place reserved.
   * @param budget engine time, which waiting does not use up
   * @param queue what is left of the time to wait for a turn
   * @throws InvalidInputError, SandboxLimitReachedError, SandboxQueueTimeoutError
   */
  async during<T>(terms: Terms, budget: TimeBudget, queue: TimeBudget, start: () => Promise<T>): Promise<T> {
    const end = Promise.withResolvers<undefined>();
    const startsBelow = [...this.starting.values()].filter((other) => isBelow(other, terms));
    this.starting.set(terms.chatId, { ...terms, ended: end.promise });
    try {
      await this.assertVolumeFree(terms);
      await this.assertBelowLimit(terms, budget);
      // This sandbox could swap what those below are just about to mount.
      budget.extend(await untilEnded(startsBelow, queue));
      return await start();
    } finally {
      this.starting.delete(terms.chatId);
      end.resolve(undefined);
    }
  }

  /**
   * A sandbox could swap what lies in its volume for a link before another sandbox mounts that.
   * @throws InvalidInputError when the volume lies strictly below that of another chat's sandbox
   */
  async assertVolumeFree({ chatId, volumeHostPath }: Terms): Promise<void> {
    const above = ancestorsOf(volumeHostPath);
    const isStartingAbove = [...this.starting.values()].some(
      (other) => other.chatId !== chatId && above.includes(other.volumeHostPath),
    );
    const tracked = await Promise.all(above.map((path) => this.registry.listByVolume(path)));
    if (isStartingAbove || tracked.flat().some((other) => other.chatId !== chatId)) {
      throw new InvalidInputError(
        'volume_host_path',
        'path_refused',
        "lies below the volume of another chat's sandbox",
      );
    }
  }

  private async assertBelowLimit({ chatId }: Terms, budget: TimeBudget): Promise<void> {
    const { maxActive } = this.sandbox;
    if (maxActive === 0) return;
    // Those that arrived earlier go first, so that two newcomers do not keep each other out of one free place.
    const chats = [...this.starting.keys()];
    const earlier = new Set(chats.slice(0, chats.indexOf(chatId)));
    const now = this.clock.now();
    const others = (await this.listActive(now, budget)).filter((other) => other.chatId !== chatId);
    for (const other of others) earlier.add(other.chatId);
    if (earlier.size >= maxActive) throw new SandboxLimitReachedError(secondsToFirstEnd(others, now));
  }

  /** As the engine has them: what has died does not count, what another replica made does. Without it, our records. */
  private async listActive(now: Date, budget: TimeBudget): Promise<Active[]> {
    try {
      const containers = await this.runtime.list(budget.remainingMs);
      return containers.filter((container) => isActive(container, now)).map(({ claim }) => claim);
    } catch (error) {
      if (!(error instanceof SandboxRuntimeError)) throw error;
      return (await this.registry.list()).filter((sandbox) => !isExpired(sandbox, now));
    }
  }
}

type Active = Pick<Sandbox, 'chatId' | 'expiresAt'>;

function secondsToFirstEnd(sandboxes: readonly Active[], now: Date): number {
  const firstEnd = Math.min(...sandboxes.map(({ expiresAt }) => expiresAt.getTime()));
  return Number.isFinite(firstEnd) ? Math.max(1, Math.ceil((firstEnd - now.getTime()) / 1000)) : 1;
}

const isBelow = (one: Terms, other: Terms): boolean =>
  one.chatId !== other.chatId && ancestorsOf(one.volumeHostPath).includes(other.volumeHostPath);

/** @returns the milliseconds that it took */
async function untilEnded(starts: readonly Start[], queue: TimeBudget): Promise<number> {
  if (starts.length === 0) return 0;
  const beganMs = performance.now();
  const all = Promise.all(starts.map(({ ended }) => ended));
  if (!(await endsInTime(all, queue.remainingMs))) throw new SandboxQueueTimeoutError();
  return performance.now() - beganMs;
}
