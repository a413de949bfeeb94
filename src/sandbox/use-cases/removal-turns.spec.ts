import { beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../../test/builders/ids.js';
import { HeldWork, reactions } from '../../../test/fakes/deferred.js';
import { Replica } from '../../../test/fakes/replica.js';
import { eventually } from '../../../test/support/eventually.js';

const EXPIRED = 40;
const TTL_SECONDS = 100;
/** So few starts that there is one place for removals beside them, whatever the limit is found to be. */
const FOR_ONE_PLACE = 4;

describe('removals beside starts', () => {
  let replica: Replica;
  let start: HeldWork;
  let starting: Promise<void>;

  const removed = (): number => replica.runtime.faults.countOf('remove');
  const depth = async (): Promise<number | null | undefined> =>
    replica.metrics.gauges.get('sandbox.removal.queue.depth')?.();
  const createAll = (): Promise<unknown> =>
    Promise.all(Array.from({ length: EXPIRED }, (_, index) => replica.create({ chatId: aUuid(index + 1) })));

  beforeEach(() => {
    start = new HeldWork();
    replica = new Replica({
      docker: { timeoutSeconds: 10 },
      sandbox: { ttlSeconds: TTL_SECONDS, maxConcurrentStarts: FOR_ONE_PLACE },
    });
  });

  const occupy = (): void => {
    starting = replica.queue.run(0, start.run);
  };
  const vacate = async (): Promise<void> => {
    start.release();
    await starting;
  };

  it('are few at a time while something starts, however many have expired, and all are made', async () => {
    await createAll();
    replica.clock.advanceSeconds(TTL_SECONDS);
    occupy();
    const calls = Array.from({ length: EXPIRED }, () => replica.runtime.faults.hold('stop'));
    const sweep = replica.sweep();
    await eventually(async () => ((await depth()) ?? 0) > 0, 'some wait');
    expect(replica.runtime.faults.countOf('stop')).toBe(1);
    calls.forEach((call) => call.release());
    expect(await sweep).toMatchObject({ expired: EXPIRED, unfinished: 0, error: 0 });
    expect(await depth()).toBe(0);
    await vacate();
  });

  it('keep no place while a container makes use of its grace', async () => {
    await createAll();
    replica.clock.advanceSeconds(TTL_SECONDS);
    occupy();
    const stubborn = Array.from({ length: 3 }, () => replica.runtime.faults.hold('stop'));
    const sweep = replica.sweep();
    await eventually(() => removed() === EXPIRED - stubborn.length, 'the others are removed');
    stubborn.forEach((call) => call.release());
    await sweep;
    await eventually(() => replica.engine.all.length === 0, 'all are removed');
    await vacate();
  });

  it('go ahead when a delete would come too late otherwise', async () => {
    replica = new Replica({
      docker: { timeoutSeconds: 0.3 },
      sandbox: { maxConcurrentStarts: FOR_ONE_PLACE },
    });
    await createAll();
    occupy();
    const call = replica.runtime.faults.hold('remove');
    const stuck = replica.delete(aUuid(1)).catch(() => null);
    await call.reached;
    await expect(replica.delete(aUuid(2))).resolves.toMatchObject({ agentId: 'agent-local' });
    expect(replica.engine.all).toHaveLength(EXPIRED - 1);
    call.release();
    await stuck;
    await vacate();
  });

  it('of a delete come before those of a sweep', async () => {
    await createAll();
    const doomed = aUuid(99);
    replica.clock.advanceSeconds(TTL_SECONDS);
    await replica.create({ chatId: doomed });
    occupy();
    const call = replica.runtime.faults.hold('stop');
    const sweep = replica.sweep();
    await call.reached;
    const deletion = replica.delete(doomed);
    await reactions();
    call.release();
    await Promise.all([deletion, sweep]);
    const ends = replica.logger.events.filter((event) => /sandbox_(deleted|expired)/.test(event));
    expect(ends).toHaveLength(EXPIRED + 1);
    expect(ends.indexOf('sandbox_deleted')).toBeLessThan(EXPIRED / 4);
    await vacate();
  });

  it('of a start that failed do not wait', async () => {
    await replica.create();
    occupy();
    const call = replica.runtime.faults.hold('remove');
    const deletion = replica.delete();
    await call.reached;
    replica.runtime.faults.inject('start', 'refused', { times: 1 });
    await expect(replica.create({ chatId: aUuid(4) })).rejects.toThrow();
    expect(replica.engine.all).toHaveLength(1);
    call.release();
    await deletion;
    await vacate();
  });
});
