import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { FakeEngine } from '../../../../test/fakes/fake-engine.js';
import { FakeSandboxRuntime } from '../../../../test/fakes/fake-sandbox-runtime.js';
import { RecordingLogger } from '../../../../test/fakes/observability.js';
import { eventually } from '../../../../test/support/eventually.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import type { StartQueue } from '../../ports/start-queue.js';
import type { NetworkPool } from './network-pool.js';
import { NetworkPoolFiller } from './network-pool-filler.js';

/** A pool that notes what it is asked for. */
class FakePool {
  added = 0;
  atOnce = 0;
  mostAtOnce = 0;
  isClosed = false;
  failure: SandboxRuntimeError | null = null;
  tries = 0;

  constructor(private readonly size: number) {}

  get missing(): number {
    return this.isClosed ? 0 : this.size - this.added;
  }

  async add(): Promise<void> {
    this.tries += 1;
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await new Promise(setImmediate);
    this.atOnce -= 1;
    if (this.failure !== null) throw this.failure;
    this.added += 1;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('NetworkPoolFiller', () => {
  let pool: FakePool;
  let runtime: FakeSandboxRuntime;
  let logger: RecordingLogger;
  let idleMs: number;
  let looks: number;
  let filler: NetworkPoolFiller;

  const begin = (size: number): void => {
    const queue = {
      idleMs: () => {
        looks += 1;
        return idleMs;
      },
    } as StartQueue;
    pool = new FakePool(size);
    filler = new NetworkPoolFiller(
      runtime,
      queue,
      logger,
      pool as unknown as NetworkPool,
      new ShutdownGate(),
      aSandboxConfig({ networkPoolSize: size }),
    );
    filler.onApplicationBootstrap();
  };
  /** Until it has looked several times more. */
  const severalLooks = (): Promise<void> => {
    const enough = looks + 3;
    return eventually(() => looks >= enough, 'it has looked');
  };

  beforeEach(() => {
    runtime = new FakeSandboxRuntime(new FakeEngine());
    logger = new RecordingLogger();
    idleMs = Infinity;
    looks = 0;
  });
  afterEach(() => filler.beforeApplicationShutdown());

  it('fills the pool, one after the other, on a network that is there', async () => {
    begin(3);
    await eventually(() => pool.added === 3, 'it is full');
    expect(pool.mostAtOnce).toBe(1);
    expect(runtime.engine.networksEverMade).toBe(1);
  });

  it('fills it again', async () => {
    begin(2);
    await eventually(() => pool.added === 2, 'it is full');
    pool.added = 0;
    await eventually(() => pool.added === 2, 'it is full again');
  });

  it.each([0, 99])('waits while starts run, wait, or did %i ms ago', async (milliseconds) => {
    idleMs = milliseconds;
    begin(1);
    await severalLooks();
    expect(pool.tries).toBe(0);
    idleMs = 100;
    await eventually(() => pool.added === 1, 'it is full');
  });

  it('stops between two when a start comes', async () => {
    begin(3);
    const add = pool.add.bind(pool);
    pool.add = async () => {
      await add();
      idleMs = 0;
    };
    await eventually(() => pool.added === 1, 'there is one');
    await severalLooks();
    expect(pool.added).toBe(1);
  });

  it('says once that it cannot, and leaves the engine alone for a while', async () => {
    begin(1);
    pool.failure = new SandboxRuntimeError('failed', 'no');
    await severalLooks();
    expect(pool.tries).toBe(1);
    expect(logger.events).toEqual(['network_pool_not_filled']);
  });

  it('does nothing with the size 0', async () => {
    begin(0);
    await new Promise(setImmediate);
    expect(looks).toBe(0);
    expect(runtime.faults.countOf('prepare')).toBe(0);
  });

  it('ends what waits, and makes no more, on shutdown', async () => {
    begin(1);
    await eventually(() => pool.added === 1, 'it is full');
    await filler.beforeApplicationShutdown();
    expect(pool.isClosed).toBe(true);
    const before = looks;
    pool.added = 0;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(looks).toBe(before);
  });
});
