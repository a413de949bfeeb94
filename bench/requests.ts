import { setTimeout as sleep } from 'node:timers/promises';
import { type Child } from '#child';

const PORT_MS = 10_000;

/** Sends one request of the chat's. */
export type Caller = (chatId: string) => Promise<unknown>;

/** Requests a second, one connection a chat. */
export async function requestsPerSecond(
  caller: Caller,
  chatIds: readonly string[],
  windowMs: number,
): Promise<number> {
  const beganMs = performance.now();
  let count = 0;
  const loop = async (chatId: string): Promise<void> => {
    while (performance.now() - beganMs < windowMs) {
      await caller(chatId);
      count += 1;
    }
  };
  await Promise.all(chatIds.map(loop));
  return (count * 1000) / (performance.now() - beganMs);
}

/** The port that a server of ours tells by its first line. */
export async function portOf(child: Child): Promise<number> {
  const port = new Promise<number>((resolve) => child.onLine((line) => resolve(Number(line))));
  const limit = sleep(PORT_MS, 0, { ref: false });
  const found = await Promise.race([port, limit]);
  if (!(found > 0)) throw new Error(`the server does not start\n${child.output}`);
  return found;
}
