import { describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../test/builders/ids.js';
import { reactions } from '../../../test/fakes/deferred.js';
import { Replica } from '../../../test/fakes/replica.js';

/** Seconds; so small that the engine's hanging can be waited for. */
const DEADLINE = 0.2;
const QUEUE = 0.3;
const READY = 0.2;
const CREATE_LIMIT_MS = (QUEUE + READY + 3 * DEADLINE) * 1000;
/** Longer, since a delete leaves less to spare for a machine that is busy. */
const DELETE_DEADLINE = 1;
const DELETE_LIMIT_MS = 2 * DELETE_DEADLINE * 1000;

const aReplica = (timeoutSeconds = DEADLINE): Replica =>
  new Replica({
    docker: { timeoutSeconds },
    sandbox: {
      startQueueTimeoutSeconds: QUEUE,
      readyTimeoutSeconds: READY,
      maxConcurrentStarts: 1,
      stopGraceSeconds: 5,
    },
  });

interface Timed {
  readonly ms: number;
  readonly code: unknown;
}

async function timed(work: Promise<unknown>): Promise<Timed> {
  const beganMs = performance.now();
  const code = await work.then(
    () => 'ok',
    (error: unknown) => (error as { code?: unknown }).code,
  );
  return { ms: performance.now() - beganMs, code };
}

/** Engine calls that go well before the engine hangs; more of them than any operation makes. */
const SPARED = [0, 1, 2, 3, 4, 5, 6];

describe('with an engine that hangs', () => {
  it('a create ends in time, from whichever call on it hangs', async () => {
    const all = await Promise.all(
      SPARED.map((spared) => {
        const replica = aReplica();
        replica.runtime.faults.inject('any', 'hang', { spared });
        replica.probe.failuresFirst = Infinity;
        return timed(replica.create());
      }),
    );
    for (const { ms, code } of all) {
      expect(code).toBe('sandbox_start_failed');
      expect(ms).toBeLessThan(CREATE_LIMIT_MS);
    }
  });

  it('a create that replaces ends in time, from whichever call on it hangs', async () => {
    const all = await Promise.all(
      SPARED.map(async (spared) => {
        const replica = aReplica();
        await replica.create();
        replica.clock.advanceSeconds(300);
        replica.runtime.faults.inject('any', 'hang', { spared });
        replica.probe.failuresFirst = Infinity;
        return timed(replica.create());
      }),
    );
    for (const { ms, code } of all) {
      expect(code).toBe('sandbox_start_failed');
      expect(ms).toBeLessThan(CREATE_LIMIT_MS);
    }
  });

  it('a reuse ends in time', async () => {
    const replica = aReplica();
    await replica.create();
    replica.runtime.faults.inject('any', 'hang');
    const { ms, code } = await timed(replica.create());
    expect(code).toBe('sandbox_start_failed');
    expect(ms).toBeLessThan(CREATE_LIMIT_MS);
  });

  it('creates that wait for others end in time: behind the same chat, and behind the queue', async () => {
    const replica = aReplica();
    replica.runtime.faults.inject('any', 'hang');
    const creates = [
      replica.create(),
      replica.create({ agentId: 'other' }),
      replica.create({ agentId: 'third' }),
      replica.create({ chatId: '22222222-2222-4222-8222-222222222222' }),
    ];
    for (const { ms, code } of await Promise.all(creates.map(timed))) {
      expect(['sandbox_start_failed', 'sandbox_queue_timeout']).toContain(code);
      expect(ms).toBeLessThan(CREATE_LIMIT_MS);
    }
  });

  it('a delete ends in time, from whichever call on it hangs', async () => {
    const all = await Promise.all(
      [0, 1, 2].flatMap((spared) =>
        [true, false].map(async (isTracked) => {
          const replica = aReplica(DELETE_DEADLINE);
          if (isTracked) await replica.create();
          else replica.engine.place();
          replica.engine.all.forEach((container) => (container.state = 'dead'));
          replica.runtime.faults.inject('remove', 'unreachable', { times: 1 });
          replica.runtime.faults.inject('any', 'hang', { spared });
          return timed(replica.delete());
        }),
      ),
    );
    for (const { ms } of all) expect(ms).toBeLessThan(DELETE_LIMIT_MS);
    expect(all.map(({ code }) => code)).toContain('sandbox_delete_failed');
  });

  it('a delete that waits for a create ends in time, and is carried out later', async () => {
    const replica = aReplica(DELETE_DEADLINE);
    const start = replica.runtime.faults.hold('start');
    const create = replica.create();
    await start.reached;
    const { ms, code } = await timed(replica.delete());
    expect(code).toBe('sandbox_delete_failed');
    expect(ms).toBeLessThan(DELETE_LIMIT_MS);
    start.release();
    await create;
    await replica.sweep();
    expect(replica.engine.all).toEqual([]);
  });

  it('a look at one chat ends within one deadline, and so does the list', async () => {
    const replica = aReplica();
    await replica.create();
    replica.runtime.faults.inject('any', 'hang');
    for (const work of [replica.get(CHAT), replica.listSandboxes.execute(null)]) {
      const { ms, code } = await timed(work);
      expect(code).toBe('sandbox_runtime_unavailable');
      expect(ms).toBeLessThan(DEADLINE * 1000 + 300);
      await reactions();
    }
  });
});
