interface Window {
  readonly endsAtMs: number;
  requests: number;
}

/** Clients of one generation: a few megabytes, and more than send requests within one window of an honest day. */
const MAX_CLIENTS = 50_000;

/**
 * How many requests each client has made in its current window, which begins with its first. Memory is bounded: clients
 * are kept in two generations, of which the older is forgotten as a whole once a window has passed, or once the younger is
 * full. Whoever comes from that many addresses at once is forgotten sooner, and then begins anew.
 */
export class ClientWindows {
  private younger = new Map<string, Window>();
  private older = new Map<string, Window>();
  private youngerSinceMs: number;

  /** @param limit requests of a client in a window of that many milliseconds */
  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly maxClients: number = MAX_CLIENTS,
  ) {
    this.youngerSinceMs = nowMs();
  }

  /** Counts one request. @returns 0 when it may pass, else the milliseconds until one may */
  take(client: string): number {
    const now = this.nowMs();
    const window = this.windowOf(client, now);
    window.requests += 1;
    return window.requests <= this.limit ? 0 : window.endsAtMs - now;
  }

  /** Clients that are kept, of both generations. */
  get size(): number {
    return this.younger.size + this.older.size;
  }

  private windowOf(client: string, now: number): Window {
    const known = this.younger.get(client) ?? this.older.get(client);
    if (known !== undefined && known.endsAtMs > now) return known;
    if (now - this.youngerSinceMs >= this.windowMs || this.younger.size >= this.maxClients) this.age(now);
    const fresh = { endsAtMs: now + this.windowMs, requests: 0 };
    this.younger.set(client, fresh);
    return fresh;
  }

  private age(now: number): void {
    this.older = this.younger;
    this.younger = new Map();
    this.youngerSinceMs = now;
  }
}
