import type { IncomingMessage, ServerResponse } from 'node:http';

/** Hands the engine's event streams on, late or not at all when it is told so. */
export class EventStreams {
  /** How late what comes from now on is handed on. */
  lagMs = 0;
  private readonly open = new Set<ServerResponse>();
  private held: (() => void)[] | null = null;
  private lastDueMs = 0;

  /** How many are open. */
  get count(): number {
    return this.open.size;
  }

  pass(response: IncomingMessage, answer: ServerResponse): void {
    this.open.add(answer);
    answer.once('close', () => this.open.delete(answer));
    answer.writeHead(response.statusCode ?? 502, response.headers).flushHeaders();
    response.on('data', (chunk: Buffer) => this.later(() => answer.write(chunk)));
    response.once('end', () => this.later(() => answer.end()));
  }

  /** Hands nothing on until `release`, which then hands on all. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const { held } = this;
    this.held = null;
    for (const pass of held ?? []) pass();
  }

  /** Breaks the open ones off. */
  cut(): void {
    for (const answer of this.open) answer.socket?.destroy();
  }

  private later(pass: () => void): void {
    if (this.held !== null) {
      this.held.push(pass);
      return;
    }
    // In order also where the lag grows smaller.
    const now = performance.now();
    this.lastDueMs = Math.max(this.lastDueMs, now + this.lagMs);
    if (this.lastDueMs <= now) pass();
    else setTimeout(pass, this.lastDueMs - now);
  }
}
