import { expect } from '@jest/globals';
import type { SandboxClaim } from '../../src/sandbox/domain/container.js';
import type {
  NewContainer,
  RuntimeFailure,
  SandboxRuntime,
} from '../../src/sandbox/ports/sandbox-runtime.js';

/** One engine, and the means to act on it behind the runtime's back. */
export interface RuntimeWorld {
  readonly runtime: SandboxRuntime;
  /** The same instance's runtime in another process. */
  readonly twin: SandboxRuntime;
  /** Of another instance at the same engine. */
  readonly stranger: SandboxRuntime;
  /** Its image is missing. */
  readonly imageless: SandboxRuntime;
  newContainer(claim?: Partial<SandboxClaim>): NewContainer;
  readonly missingDirectory: string;
  /** Gives `runtime` so many networks that wait. */
  fillPool(count: number): Promise<void>;
  /** Ends a network holder, and waits until the engine knows. */
  endHolder(holderId: string): Promise<void>;
  /** Removes a container, and nothing with it. */
  takeAway(containerId: string): Promise<void>;
  /** Puts a container without labels under the name of the chat. */
  placeForeign(chatId: string): Promise<string>;
  /** Puts one of ours under the name of the chat whose labels bear an unknown schema. */
  placeUnreadable(chatId: string): Promise<string>;
  /** Leaves no room on the first network until what it gives is called. */
  fillNetwork(): Promise<() => Promise<void>>;
  pause(containerId: string): Promise<void>;
  kill(containerId: string): Promise<void>;
  /** What a container writes as it starts. */
  readonly output: string;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Of no container. */
export const MISSING_ID = 'f'.repeat(64);

export const failing = (failure: RuntimeFailure): unknown => expect.objectContaining({ failure });

/** @returns the id of a container that runs */
export async function run(runtime: SandboxRuntime, container: NewContainer): Promise<string> {
  const containerId = await runtime.create(container);
  await runtime.start(containerId);
  return containerId;
}
