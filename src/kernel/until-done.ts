/**
 * Tries again and again, with a pause in between, until it is done or told to stop.
 * @param attempt is given the number of the try, from 1; it says whether it was the last, and tells of failures itself
 */
export async function untilDone(
  attempt: (tries: number) => Promise<boolean>,
  pauseMs: number,
  stop: AbortSignal,
): Promise<void> {
  for (let tries = 1; !stop.aborted; tries += 1) {
    if (await attempt(tries)) return;
    await pause(pauseMs, stop);
  }
}

/** Ends early when it is told to stop. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => resolve(undefined);
  const timer = setTimeout(end, ms);
  stop.addEventListener('abort', end, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  });
}
