import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { eventually } from '../support/eventually.js';
import { WatchedEngine } from '../support/watched-engine.js';

/** On a machine that is busy, a marker may take longer than it proves anything, many times. */
const BUSY_MS = 45_000;
const MARKER = 'POST /containers/:id/resize';

describe('proof of life over a connection that fails', () => {
  let proxy: EngineProxy;
  let engine: WatchedEngine;
  let containerId: string;

  beforeEach(async () => {
    proxy = new EngineProxy();
    await proxy.open();
    engine = await WatchedEngine.open(proxy.url);
    containerId = await engine.run();
  });
  afterEach(async () => {
    proxy.heal();
    await engine.close();
    await proxy.close();
  });

  const isProven = async (): Promise<boolean> => (await engine.watch.proven(containerId)) !== null;
  const look = (): Promise<unknown> => engine.runtime.find(containerId);
  const callsOf = (call: string): number => proxy.journal.filter((made) => made === call).length;

  async function untilProven(): Promise<void> {
    await eventually(
      async () => {
        await look();
        return isProven();
      },
      'it is proven',
      BUSY_MS,
    );
  }

  /** Whether it is proven at any time of so many tries, with a look before each. */
  async function isEverProven(tries: number): Promise<boolean> {
    for (let time = 0; time < tries; time += 1) {
      await look();
      if (await isProven()) return true;
    }
    return false;
  }

  it('opens no stream before somebody asks', async () => {
    await look();
    expect(callsOf('GET /events')).toBe(0);
    await isProven();
    await eventually(() => callsOf('GET /events') === 1, 'the stream is opened');
  });

  it('comes back after the stream was cut, by one list for all', async () => {
    const other = await engine.run();
    await untilProven();
    await engine.runtime.find(other);
    const lists = callsOf('GET /containers/json');
    proxy.events.cut();
    await eventually(async () => !(await isProven()), 'the proof is gone', 1000);
    await eventually(isProven, 'it is proven again, with no look at it');
    await eventually(async () => (await engine.watch.proven(other)) !== null, 'and the other one');
    expect(callsOf('GET /containers/json')).toBe(lists + 1);
    expect(engine.logger.fieldsOf('engine_events_lost')).toHaveLength(1);
  });

  it('is not given by what was seen before the cut, whatever happened meanwhile', async () => {
    await untilProven();
    proxy.inject('GET /events', 'refuse', 2);
    proxy.events.cut();
    await engine.kill(containerId);
    await eventually(() => proxy.unmet === 0 && proxy.events.count === 1, 'there is a stream again');
    expect(await isEverProven(5)).toBe(false);
  });

  it('is not given by a stream that is held back, and is again once that goes on', async () => {
    await untilProven();
    proxy.events.hold();
    await eventually(async () => !(await isProven()), 'the proof ends', 1000);
    expect(await isEverProven(20)).toBe(false);
    proxy.events.release();
    await eventually(async () => (await look(), isProven()), 'it is proven again');
  });

  it('is not given by a stream that lags by more than a proof lasts', async () => {
    await untilProven();
    proxy.events.lagMs = 60;
    await eventually(async () => !(await isProven()), 'the proof ends', 1000);
    expect(await isEverProven(30)).toBe(false);
  });

  it('has a stream that hangs given up for another one', async () => {
    await untilProven();
    proxy.events.hold();
    await eventually(async () => (await isProven(), callsOf('GET /events') > 1), 'another stream is opened');
  });

  it.each(['refuse', 'hang', 500] as const)(
    'does without a stream (%s), and comes with the first',
    async (fault) => {
      proxy.inject('GET /events', fault, 1);
      await isProven();
      await eventually(() => proxy.unmet === 0, 'the fault is met');
      expect(await isEverProven(5)).toBe(false);
      await untilProven();
    },
  );

  it.each(['refuse', 'hang', 500, 'lose-answer'] as const)(
    'does without markers (%s), and asks for few then',
    async (fault) => {
      await untilProven();
      proxy.inject(MARKER, fault);
      await eventually(async () => !(await isProven()), 'the proof ends', 2000);
      const before = proxy.journal.filter((call) => call.endsWith('/resize')).length;
      // Where the answer alone is lost, the mark comes all the same.
      if (fault !== 'lose-answer') expect(await isEverProven(50)).toBe(false);
      const after = proxy.journal.filter((call) => call.endsWith('/resize')).length;
      expect(after - before).toBeLessThanOrEqual(fault === 'lose-answer' ? 50 : 1);
    },
  );

  it('stops with the service', async () => {
    await untilProven();
    engine.watch.beforeApplicationShutdown();
    await eventually(() => proxy.events.count === 0, 'the stream is closed');
    expect(await isEverProven(3)).toBe(false);
    expect(callsOf('GET /events')).toBe(1);
  });
});
