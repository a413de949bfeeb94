import type { SandboxClaim, SandboxContainer } from '../domain/container.js';
import type { NetworkHolder } from '../domain/network-holder.js';

export const SANDBOX_RUNTIME = Symbol('SandboxRuntime');

/** What a container is to be made from: its claim, and the chat's directory on the engine's host. */
export interface NewContainer {
  readonly claim: SandboxClaim;
  readonly chatHostPath: string;
  /** Not to be put into a network that waits for it, after one was lost. */
  readonly ownNetwork?: boolean;
}

/** Everything of one instance at one moment. */
export interface Survey {
  /** In any state, readable or not; `exitCode` is null in these. */
  readonly containers: readonly SandboxContainer[];
  readonly holders: readonly NetworkHolder[];
}

/**
 * What kept the engine from doing what it was asked. `unreachable`, `timed-out` and `failed` (the engine answered, but
 * with an error of its own) say nothing about whether the request was carried out.
 */
export type RuntimeFailure =
  | 'unreachable'
  | 'timed-out'
  | 'name-taken'
  | 'no-such-container'
  | 'image-missing'
  | 'network-missing'
  | 'network-not-isolated'
  | 'network-ambiguous'
  | 'network-full'
  | 'address-pools-exhausted'
  | 'network-holder-lost'
  | 'mount-source-missing'
  | 'failed'
  | 'refused';

/** A failure of the engine, whichever engine it is. `message` is for the operator's log, not for callers. */
export class SandboxRuntimeError extends Error {
  constructor(
    readonly failure: RuntimeFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the request may have been carried out all the same. */
  get isUncertain(): boolean {
    return this.failure === 'unreachable' || this.failure === 'timed-out' || this.failure === 'failed';
  }
}

/**
 * The engine that runs containers. Every method ends within the engine's deadline (`docker.timeout_seconds`) or within
 * `limitMs`, whichever is shorter, and fails with SandboxRuntimeError only.
 */
export interface SandboxRuntime {
  /**
   * Makes the sandboxes' first network when it is missing. Cheap once it has succeeded; idempotent.
   * @throws `network-not-isolated` when `sandbox.network_isolation` is asked for and the network there lacks it
   */
  makeNetwork(limitMs?: number): Promise<void>;

  /** What a start needs: `makeNetwork`, and that `dataDirectories` are known. Cheap once it has succeeded. */
  prepare(limitMs?: number): Promise<void>;

  /**
   * Makes a container for the claim, named after its chat, and does not start it. Where a network is ready it is put into
   * that one; else on the first network that is not known to be full, and a further one is made when it is needed.
   * @returns its id
   * @throws `name-taken` when any container bears the chat's name; `image-missing`, `mount-source-missing`;
   * `network-full` when there is no room on any network, `address-pools-exhausted` when there can be no further one;
   * `network-holder-lost` when the ready network was none any more: nothing was made then
   */
  create(container: NewContainer, limitMs?: number): Promise<string>;

  /**
   * Idempotent.
   * @throws `no-such-container`, `network-missing`, `mount-source-missing`; `network-full` when its network has no room
   * for it, `network-ambiguous` when there are two of its name: then it is to be removed, and the next one that is made
   * goes on another network, or on the one that is left; `network-holder-lost` when it can never have the network that it
   * was put into: it may run, and is to be removed
   */
  start(containerId: string, limitMs?: number): Promise<void>;

  /** Asks it to end and ends it after the grace, which comes on top of the deadline. Success when it is not there. */
  stop(containerId: string, graceSeconds: number, limitMs?: number): Promise<void>;

  /**
   * Ends and removes it at once, and then the holder of its network. One of these that cannot be removed is left to the
   * next pass.
   * @returns whether it was there; one that is being removed already counts as there
   */
  remove(containerId: string, limitMs?: number): Promise<boolean>;

  /** The container with this id, or null. */
  find(containerId: string, limitMs?: number): Promise<SandboxContainer | null>;

  /** Whatever container bears the chat's name, also a foreign one, or null. */
  findByChat(chatId: string, limitMs?: number): Promise<SandboxContainer | null>;

  /** Every container of this instance in any state, readable or not, by one call. `exitCode` is null in these. */
  list(limitMs?: number): Promise<SandboxContainer[]>;

  /** The same, and every network holder of this instance, by one call: both as they were at one moment. */
  survey(limitMs?: number): Promise<Survey>;

  /** Ends and removes a network holder. @returns whether it was there */
  removeHolder(holderId: string, limitMs?: number): Promise<boolean>;

  /** The last of what it wrote to its output, some kilobytes at most. */
  readOutput(containerId: string, limitMs?: number): Promise<string>;

  /** Fails when the engine does not answer. */
  ping(limitMs?: number): Promise<void>;

  /** Directories of the engine's host that hold its own data, as far as they are known. */
  dataDirectories(): readonly string[];
}
