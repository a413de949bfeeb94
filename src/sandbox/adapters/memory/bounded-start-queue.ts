import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { type StartQueue, StartRefusedError } from '../../ports/start-queue.js';
import { AdaptiveLimit, type EndedStart } from './adaptive-limit.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

/** For so long at the most one start has the engine to itself; several times what one takes, alone or among eight. */
const PROBE_MS = 2000;

/**
 * As many as the engine sustains, `sandbox.max_concurrent_starts` at most: beyond that only latency grows. The order of
 * arrival is fair between chats, since a chat has one start at a time: its lock and its flight see to that.
 */
@Injectable()
export class BoundedStartQueue implements StartQueue {
  private readonly adaptive: AdaptiveLimit;
  private readonly slots: FairSemaphore;
  private isClosed = false;
  private probe: NodeJS.Timeout | null = null;
  /** Starts that run or wait. */
  private present = 0;
  private lastEndedMs = -Infinity;

  constructor({ maxConcurrentStarts }: SandboxConfig) {
    this.adaptive = new AdaptiveLimit(maxConcurrentStarts);
    this.slots = new FairSemaphore(this.adaptive.current);
  }

  async run<T>(
    waitMs: number,
    start: () => Promise<T>,
    kindOf: (result: T) => string | null = () => 'start',
  ): Promise<T> {
    if (this.isClosed) throw new StartRefusedError('closed');
    this.present += 1;
    try {
      return await this.slots.run(waitMs, () => this.measured(start, kindOf));
    } catch (error) {
      throw error instanceof TurnRefusedError ? new StartRefusedError(error.reason) : error;
    } finally {
      this.present -= 1;
      this.lastEndedMs = performance.now();
    }
  }

  private async measured<T>(start: () => Promise<T>, kindOf: (result: T) => string | null): Promise<T> {
    const beganMs = performance.now();
    const inFlight = this.slots.running;
    const ended = (kind: string): EndedStart => ({
      kind,
      beganMs,
      endedMs: performance.now(),
      inFlight: Math.max(inFlight, this.slots.running),
    });
    try {
      const result = await start();
      const kind = kindOf(result);
      if (kind !== null) this.adaptive.succeeded(ended(kind));
      return result;
    } catch (error) {
      if (isOverload(error)) this.adaptive.overloaded(ended(''));
      throw error;
    } finally {
      this.slots.resize(this.adaptive.current);
      if (this.adaptive.isProbing) this.boundProbe();
    }
  }

  /** One start that takes long must not keep all others out until it ends. */
  private boundProbe(): void {
    this.probe ??= setTimeout(() => {
      this.probe = null;
      if (this.adaptive.isProbing) this.adaptive.giveUpProbing();
      this.slots.resize(this.adaptive.current);
    }, PROBE_MS).unref();
  }

  depth(): number {
    return this.slots.waiting;
  }

  running(): number {
    return this.slots.running;
  }

  limit(): number {
    return this.adaptive.current;
  }

  idleMs(): number {
    return this.present > 0 ? 0 : performance.now() - this.lastEndedMs;
  }

  close(): void {
    this.isClosed = true;
    this.slots.refuseWaiting();
  }
}

/** Whatever else fails says nothing about how busy the engine is. */
const isOverload = (error: unknown): boolean =>
  error instanceof SandboxRuntimeError && (error.failure === 'timed-out' || error.failure === 'unreachable');
