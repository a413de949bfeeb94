import type { ContainerState } from './container.js';

/**
 * A container of ours that does nothing but hold a network namespace with an address on the sandboxes' network, so that a
 * sandbox can be started without waiting for one.
 */
export interface NetworkHolder {
  readonly holderId: string;
  /**
   * Whether it was taken for a sandbox, whose container was made before. Until then it is its service's, which ends it,
   * dying included.
   */
  readonly isTaken: boolean;
  /** Whether any container, in whatever state, is in its network. */
  readonly isReferenced: boolean;
  readonly state: ContainerState;
  readonly createdAt: Date;
}

/** @param distinction what no other holder's name has; 16 hexadecimal digits, so that it is no chat's container's name */
export const holderNameOf = (distinction: string, instance: string): string =>
  instance === 'default' ? `sandbox-pool-${distinction}` : `sandbox-${instance}-pool-${distinction}`;

/** Whether `holderNameOf` gives such names. */
export const isHolderName = (name: string, instance: string): boolean =>
  /[0-9a-f]{16}$/.test(name) && name === holderNameOf(name.slice(-16), instance);
