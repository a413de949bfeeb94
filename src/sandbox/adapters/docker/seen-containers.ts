import { isAlive, type SandboxContainer } from '../../domain/container.js';
import type { Look } from '../../ports/liveness-watch.js';

/** What must not happen to any of these for what was seen of the container to hold. */
const idsItDependsOn = ({ containerId, networkHolderId }: SandboxContainer): readonly string[] =>
  networkHolderId === null ? [containerId] : [containerId, networkHolderId];

interface OpenLook {
  /** False once something was missed: whatever it shows may be older than that. */
  counts: boolean;
  /** What happened to containers since it began. */
  readonly outdated: Set<string>;
}

/**
 * Living containers as they were last seen, each for as long as nothing is known to have happened to it. What a look
 * shows is kept only if the look began while all that happens was heard of, and nothing happened meanwhile.
 */
export class SeenContainers {
  private readonly seen = new Map<string, SandboxContainer>();
  /** Ids of containers by what they depend on. */
  private readonly dependants = new Map<string, Set<string>>();
  private readonly looks = new Set<OpenLook>();
  private isHearing = false;

  get size(): number {
    return this.seen.size;
  }

  find(containerId: string): SandboxContainer | null {
    return this.seen.get(containerId) ?? null;
  }

  beginLook(): Look {
    const look: OpenLook = { counts: this.isHearing, outdated: new Set() };
    this.looks.add(look);
    return {
      end: (shown) => {
        this.looks.delete(look);
        if (!look.counts) return;
        for (const container of shown) this.learn(container, look.outdated);
      },
    };
  }

  /** From now on every event is heard of. */
  hear(): void {
    this.isHearing = true;
  }

  /** Events were missed, or may have been, up to now. @param isHearing whether they are heard of from now on */
  missed(isHearing: boolean): void {
    this.isHearing = isHearing;
    this.seen.clear();
    this.dependants.clear();
    for (const look of this.looks) look.counts = false;
  }

  /** Something happened to the container, or to one that others depend on. */
  outdate(id: string): void {
    for (const look of this.looks) look.outdated.add(id);
    for (const containerId of [...(this.dependants.get(id) ?? [])]) this.drop(containerId);
  }

  private learn(container: SandboxContainer, outdated: ReadonlySet<string>): void {
    const ids = idsItDependsOn(container);
    if (ids.some((id) => outdated.has(id))) return;
    this.drop(container.containerId);
    if (!isAlive(container)) return;
    this.seen.set(container.containerId, container);
    for (const id of ids) {
      const dependants = this.dependants.get(id) ?? new Set();
      this.dependants.set(id, dependants.add(container.containerId));
    }
  }

  private drop(containerId: string): void {
    const container = this.seen.get(containerId);
    if (container === undefined) return;
    this.seen.delete(containerId);
    for (const id of idsItDependsOn(container)) {
      const dependants = this.dependants.get(id);
      dependants?.delete(containerId);
      if (dependants?.size === 0) this.dependants.delete(id);
    }
  }
}
