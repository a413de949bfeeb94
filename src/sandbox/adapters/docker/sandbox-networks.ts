/** How long a network counts as full although nobody was seen to leave it. */
const FULL_MS = 10 * 60_000;

/** What is known of a network that the engine could put no more containers on. */
interface FullNetwork {
  readonly sinceMs: number;
  /** How many containers it had, by the first list after that; null before. */
  containers: number | null;
}

/**
 * Whether a service with this `sandbox.network_name` may have a network of that name: `sandbox`, `sandbox-2`,
 * `sandbox-3` and so on, in just this spelling.
 */
export function isNetworkOf(first: string, name: string): boolean {
  if (name === first) return true;
  return name.startsWith(`${first}-`) && /^([2-9]|[1-9]\d+)$/.test(name.slice(first.length + 1));
}

/** The names that such a service makes networks of, in the order in which it does; `count`: `sandbox.max_networks`. */
export const networkNames = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? first : `${first}-${index + 1}`));

/** On which of the service's networks the next container goes: the first that has room, as far as that is known. */
export class SandboxNetworks {
  private readonly names: readonly string[];
  private readonly full = new Map<string, FullNetwork>();

  /**
   * @param first `sandbox.network_name`
   * @param count `sandbox.max_networks`
   * @param nowMs monotonic milliseconds
   */
  constructor(
    private readonly first: string,
    count: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.names = networkNames(first, count);
  }

  isOne(name: string): boolean {
    return isNetworkOf(this.first, name);
  }

  /** The network's name, which need not be there yet; null when all are full. */
  current(): string | null {
    return this.names.find((name) => !this.isFull(name)) ?? null;
  }

  /** The engine could put no more on it. @returns whether that is news */
  noteFull(name: string): boolean {
    if (!this.isOne(name) || this.isFull(name)) return false;
    this.full.set(name, { sinceMs: this.nowMs(), containers: null });
    return true;
  }

  /**
   * What a list showed: a network that has fewer containers than when it was full has room again.
   * @param containers by network; one that is not named has none
   */
  noteCounts(containers: ReadonlyMap<string, number>): void {
    for (const [name, network] of this.full) {
      const count = containers.get(name) ?? 0;
      network.containers ??= count;
      if (count < network.containers) this.full.delete(name);
    }
  }

  private isFull(name: string): boolean {
    const network = this.full.get(name);
    return network !== undefined && this.nowMs() - network.sinceMs < FULL_MS;
  }
}
