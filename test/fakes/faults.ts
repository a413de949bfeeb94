import { setTimeout as sleep } from 'node:timers/promises';
import {
  type RuntimeFailure,
  type SandboxRuntime,
  SandboxRuntimeError,
} from '../../src/sandbox/ports/sandbox-runtime.js';

export type RuntimeMethod = Exclude<keyof SandboxRuntime, 'dataDirectories'>;

interface Injection {
  readonly method: RuntimeMethod | 'any';
  readonly failure: RuntimeFailure | 'hang';
  readonly isCarriedOut: boolean;
  /** Calls that go well before. */
  spared: number;
  times: number;
}

/** A call that stands still until it is released. */
export interface HeldCall {
  readonly reached: Promise<void>;
  release(): void;
}

interface Hold {
  readonly method: RuntimeMethod;
  readonly reached: PromiseWithResolvers<undefined>;
  readonly released: PromiseWithResolvers<undefined>;
}

/** What goes wrong with the calls to an engine, and when. */
export class Faults {
  private injections: Injection[] = [];
  private readonly holds: Hold[] = [];

  private readonly counts = new Map<RuntimeMethod, number>();

  constructor(private readonly timeoutMs: number) {}

  /** Calls of the method so far, so that a test can wait until something is under way. */
  countOf(method: RuntimeMethod): number {
    return this.counts.get(method) ?? 0;
  }

  /** Lets calls of the method fail; `hang`: they get no answer until their deadline. */
  inject(
    method: RuntimeMethod | 'any',
    failure: RuntimeFailure | 'hang',
    { isCarriedOut = false, spared = 0, times = Infinity } = {},
  ): void {
    this.injections.push({ method, failure, isCarriedOut, spared, times });
  }

  heal(): void {
    this.injections = [];
  }

  /** Lets the next call of the method stand still before it is carried out. */
  hold(method: RuntimeMethod): HeldCall {
    const hold = {
      method,
      reached: Promise.withResolvers<undefined>(),
      released: Promise.withResolvers<undefined>(),
    };
    this.holds.push(hold);
    return {
      reached: hold.reached.promise,
      release: () => {
        hold.released.resolve(undefined);
      },
    };
  }

  /** One call to the engine, with what goes wrong with it. */
  async call<T>(method: RuntimeMethod, limitMs: number, work: () => T, extraMs = 0): Promise<T> {
    this.counts.set(method, this.countOf(method) + 1);
    await this.passHold(method);
    const deadlineMs = Math.max(0, Math.min(this.timeoutMs + extraMs, limitMs));
    if (deadlineMs === 0) throw new SandboxRuntimeError('timed-out', 'no time left');
    const fault = this.next(method);
    if (fault === null) {
      await Promise.resolve();
      return work();
    }
    if (fault.isCarriedOut) carryOutUnheard(work);
    if (fault.failure !== 'hang') throw new SandboxRuntimeError(fault.failure, `injected: ${fault.failure}`);
    await sleep(deadlineMs);
    throw new SandboxRuntimeError('timed-out', 'injected: no answer');
  }

  private async passHold(method: RuntimeMethod): Promise<void> {
    const index = this.holds.findIndex((hold) => hold.method === method);
    const [hold] = index < 0 ? [] : this.holds.splice(index, 1);
    hold?.reached.resolve(undefined);
    await hold?.released.promise;
  }

  private next(method: RuntimeMethod): Injection | null {
    for (const injection of this.injections) {
      if (injection.method !== method && injection.method !== 'any') continue;
      if (injection.spared > 0) injection.spared -= 1;
      else if (injection.times > 0) {
        injection.times -= 1;
        return injection;
      }
    }
    return null;
  }
}

/** What came of it is lost with the answer. */
function carryOutUnheard(work: () => unknown): void {
  try {
    work();
  } catch {
    // The engine refused, and nobody heard.
  }
}
