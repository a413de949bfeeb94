import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachBounded } from '#bounded';
import { median, type Pair, takePairs } from '#pairs';
import { type Side } from '#sides';

/** After a removal the kernel still takes a network namespace apart; that is not to fall into the next timed part. */
const SETTLE_MS = 50;
const SETTLE_BATCH_MS = 300;
/** Removals at one time outside the timed part. */
const REMOVALS = 4;

export interface Sides {
  readonly service: Side;
  readonly floor: Side;
}

/** Creates one at a time and deletes it again; each side has the engine to itself. */
export async function measureOneByOne(
  count: number,
  sides: Sides,
  signal: AbortSignal,
): Promise<{ create: Pair[]; delete: Pair[] }> {
  const take = async (side: Side): Promise<{ createMs: number; deleteMs: number }> => {
    const chatId = randomUUID();
    await side.prepare(chatId);
    await side.warm(1);
    const createMs = await timed(() => side.create(chatId));
    await sleep(SETTLE_MS);
    await side.warm(1);
    const deleteMs = await timed(() => side.delete(chatId));
    await sleep(SETTLE_MS);
    return { createMs, deleteMs };
  };
  const pairs = await takePairs(count, sides, take, signal);
  return {
    create: pairs.map(({ service, floor }) => ({ service: service.createMs, floor: floor.createMs })),
    delete: pairs.map(({ service, floor }) => ({ service: service.deleteMs, floor: floor.deleteMs })),
  };
}

/** Creates a batch at once and takes the time of the whole batch and the median of its latencies. */
export async function measureBatches(
  count: number,
  size: number,
  sides: Sides,
  signal: AbortSignal,
): Promise<{ wall: Pair[]; latency: Pair[] }> {
  const take = async (side: Side): Promise<{ wallMs: number; latencyMs: number }> => {
    const chatIds = Array.from({ length: size }, () => randomUUID());
    for (const chatId of chatIds) await side.prepare(chatId);
    await side.warm(size);
    const latencies = await Promise.all(chatIds.map((chatId) => timed(() => side.create(chatId))));
    await forEachBounded(chatIds, REMOVALS, (chatId) => side.delete(chatId));
    await sleep(SETTLE_BATCH_MS);
    // All of them begin in the same turn of the event loop.
    return { wallMs: Math.max(...latencies), latencyMs: median(latencies) };
  };
  const pairs = await takePairs(count, sides, take, signal);
  return {
    wall: pairs.map(({ service, floor }) => ({ service: service.wallMs, floor: floor.wallMs })),
    latency: pairs.map(({ service, floor }) => ({ service: service.latencyMs, floor: floor.latencyMs })),
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
