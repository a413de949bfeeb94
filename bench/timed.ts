import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachBounded } from '#bounded';
import { median } from '#pairs';
import { type Side } from '#sides';

/** After a removal the kernel still takes a network namespace apart; that is not to fall into the next timed part. */
const SETTLE_MS = 50;
const SETTLE_BATCH_MS = 300;
/** Removals at one time outside the timed part. */
const REMOVALS = 4;

/** What a timed part waits for, so that nothing goes on beside it. */
type UntilQuiet = () => Promise<void>;

const atOnce: UntilQuiet = () => Promise.resolve();

/** One create; what was made is removed again outside the timed part. In milliseconds. */
export async function timeCreate(side: Side, untilQuiet = atOnce): Promise<number> {
  const chatId = randomUUID();
  await side.prepare(chatId);
  await untilQuiet();
  await side.warm(1);
  const createMs = await msOf(() => side.create(chatId));
  await sleep(SETTLE_MS);
  await side.discard(chatId);
  await sleep(SETTLE_MS);
  return createMs;
}

/** One delete of what was made outside the timed part. In milliseconds. */
export async function timeDelete(side: Side, untilQuiet = atOnce): Promise<number> {
  const chatId = randomUUID();
  await side.prepare(chatId);
  await side.create(chatId);
  await sleep(SETTLE_MS);
  await untilQuiet();
  await side.warm(1);
  const deleteMs = await msOf(() => side.delete(chatId));
  await sleep(SETTLE_MS);
  return deleteMs;
}

export interface BatchTimes {
  /** Until the last one has its answer. */
  readonly wallMs: number;
  /** The median within the batch. */
  readonly latencyMs: number;
}

/** Creates at one time. */
export async function timeBatch(side: Side, size: number, untilQuiet = atOnce): Promise<BatchTimes> {
  const chatIds = Array.from({ length: size }, () => randomUUID());
  for (const chatId of chatIds) await side.prepare(chatId);
  await untilQuiet();
  await side.warm(size);
  const latencies = await Promise.all(chatIds.map((chatId) => msOf(() => side.create(chatId))));
  await forEachBounded(chatIds, REMOVALS, (chatId) => side.discard(chatId));
  await sleep(SETTLE_BATCH_MS);
  // All of them begin in the same turn of the event loop.
  return { wallMs: Math.max(...latencies), latencyMs: median(latencies) };
}

export async function msOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
