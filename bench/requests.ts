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
