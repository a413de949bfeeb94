import type { SandboxContainer } from '../../domain/container.js';

/** More than an engine can run; of one that was forgotten the engine is asked. */
const MAX_KNOWN = 10_000;

/** Which containers are in the network of which holder, as far as they have been seen. It never changes. */
export class JoinedNetworks {
  private readonly known = new Map<string, string | null>();

  /** @param holderId null: it has a network of its own */
  learn(containerId: string, holderId: string | null): void {
    if (this.known.has(containerId)) return;
    this.known.set(containerId, holderId);
    const [oldest] = this.known.keys();
    if (this.known.size > MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
  }

  learnFrom({ containerId, networkHolderId, claim }: SandboxContainer): void {
    if (claim !== null) this.learn(containerId, networkHolderId);
  }

  forget(containerId: string): void {
    this.known.delete(containerId);
  }

  /** @returns the holder's id; null: it has its own network; undefined: it has not been seen */
  of(containerId: string): string | null | undefined {
    return this.known.get(containerId);
  }
}
