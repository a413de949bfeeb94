import type { SandboxContainer } from '../../domain/container.js';

/** More than an engine can run; of one that was forgotten the engine is asked. */
const MAX_KNOWN = 10_000;

/** Another container's network, and the chat whose sandbox is in it. */
export interface JoinedNetwork {
  readonly holderId: string;
  readonly chatId: string;
}

/** Which containers are in the network of which holder, as far as they have been seen. It never changes. */
export class JoinedNetworks {
  private readonly known = new Map<string, JoinedNetwork | null>();

  /** @param holderId null: it has a network of its own */
  learn(containerId: string, holderId: string | null, chatId: string): void {
    if (this.known.has(containerId)) return;
    this.known.set(containerId, holderId === null ? null : { holderId, chatId });
    const [oldest] = this.known.keys();
    if (this.known.size > MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
  }

  learnFrom({ containerId, networkHolderId, claim }: SandboxContainer): void {
    if (claim !== null) this.learn(containerId, networkHolderId, claim.chatId);
  }

  forget(containerId: string): void {
    this.known.delete(containerId);
  }

  /** @returns undefined where it has not been seen */
  of(containerId: string): JoinedNetwork | null | undefined {
    return this.known.get(containerId);
  }
}
