import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachBounded } from '#bounded';
import { type Side } from '#sides';

const REMOVALS = 4;
/** Network namespaces of so many containers are taken apart after the last removal was answered. */
const SETTLE_MS = 2000;

/** Creates a second of a closed loop: every caller begins its next create when it has the answer of the one before. */
export interface Rates {
  /** Of the first creates, as many as `ratesOf` was told. */
  readonly burst: number;
  /** In the second half of the time, when what had been made ready is used up. */
  readonly sustained: number;
}

export interface Loop {
  readonly callers: number;
  readonly windowMs: number;
  /** Creates that count as the burst. */
  readonly burst: number;
  readonly signal: AbortSignal;
}

/** What was made is removed again outside the timed part. */
export async function measureRates(
  side: Side,
  { callers, windowMs, burst, signal }: Loop,
  untilQuiet: () => Promise<void>,
): Promise<Rates> {
  await untilQuiet();
  await side.warm(callers);
  const endsMs: number[] = [];
  const chatIds: string[] = [];
  const beganMs = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - beganMs < windowMs) {
      signal.throwIfAborted();
      const chatId = randomUUID();
      await side.prepare(chatId);
      await side.create(chatId);
      endsMs.push(performance.now() - beganMs);
      chatIds.push(chatId);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  await forEachBounded(chatIds, REMOVALS, (chatId) => side.discard(chatId));
  await sleep(SETTLE_MS);
  return ratesOf(endsMs, windowMs, burst);
}

/**
 * @param endsMs when creates ended, since the beginning, in this order
 * @throws when there were fewer than the burst's
 */
export function ratesOf(endsMs: readonly number[], windowMs: number, burst: number): Rates {
  const burstMs = endsMs[burst - 1];
  if (burstMs === undefined) throw new Error(`only ${endsMs.length} creates in ${windowMs} ms`);
  const later = endsMs.filter((ms) => ms > windowMs / 2 && ms <= windowMs);
  return { burst: (burst * 1000) / burstMs, sustained: (later.length * 1000) / (windowMs / 2) };
}
