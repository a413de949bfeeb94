import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the condition holds; fails, naming it, when it does not within the deadline. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  name: string,
  deadlineMs = 15_000,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${name}`);
    await sleep(25);
  }
}
