/** A change within one tick of the file system's clock (4 ms, 10 ms on some kernels) leaves the version as it was. */
const TICK_MS = 100;
const MAX_CHATS = 10_000;

interface Seen {
  readonly version: string;
  readonly firstSeenMs: number;
  readonly isInOrder: boolean;
}

/** To be told how a look at a directory ended: whether everything in it is recorded. */
export type LookEnd = (isInOrder: boolean) => void;

/** Which chats' directories have not changed since they were found in order. */
export class DirectoryVersions {
  private readonly chats = new Map<string, Seen>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** @returns null where there is nothing to look for: the directory is as it was when it was found in order */
  beginLook(chatId: string, version: string): LookEnd | null {
    const seen = this.chats.get(chatId);
    if (seen?.version === version && seen.isInOrder) return null;
    const beganMs = this.nowMs();
    const firstSeenMs = seen?.version === version ? seen.firstSeenMs : beganMs;
    return (isInOrder) => {
      this.keep(chatId, { version, firstSeenMs, isInOrder: isInOrder && beganMs - firstSeenMs >= TICK_MS });
    };
  }

  private keep(chatId: string, seen: Seen): void {
    this.chats.delete(chatId);
    this.chats.set(chatId, seen);
    const [oldest] = this.chats.keys();
    if (this.chats.size > MAX_CHATS && oldest !== undefined) this.chats.delete(oldest);
  }
}
