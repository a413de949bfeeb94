import type { SandboxContainer } from '../domain/container.js';

export const LIVENESS_WATCH = Symbol('LivenessWatch');

/** One question to the engine that is under way and tells of containers. */
export interface Look {
  /** To be called once, also where the question failed. @param seen what the answer told of; nothing, where none came */
  end(seen: readonly SandboxContainer[]): void;
}

/** Follows what becomes of containers, so that what was seen of one need not be asked again for every answer. */
export interface LivenessWatch {
  /**
   * The container as it was last seen, when it is proven to be still so: nothing that could have changed it had happened
   * to it some milliseconds ago (a bound that the adapter states), nor is anything known that happened since. Null
   * where there is no such proof, which says nothing about the container. Waits no longer than that bound, and never
   * fails.
   */
  proven(containerId: string): Promise<SandboxContainer | null>;

  /** To be called before the question is sent: what happens to a container from then on outdates what the answer tells. */
  beginLook(): Look;

  /** How to look at all containers at once, after a time for which nothing is known of what happened. */
  resynchroniseBy(lookAtAll: () => Promise<unknown>): void;
}
