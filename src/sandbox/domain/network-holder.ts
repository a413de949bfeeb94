import type { ContainerState } from './container.js';

/**
 * A container of ours that does nothing but hold a network namespace with an address on the sandboxes' network, so that a
 * sandbox can be started without waiting for one.
 */
export interface NetworkHolder {
  readonly holderId: string;
  /** Whether its name is that of one that waits to be taken: the process that started it ends it, dying included. */
  readonly isReady: boolean;
  /** Whether any container, in whatever state, is in its network. One that it is told of was made before it was taken. */
  readonly isReferenced: boolean;
  readonly state: ContainerState;
  readonly createdAt: Date;
}

/** The name of one that waits. @param distinction 16 hexadecimal digits, so that it is no chat's container's name */
export const readyHolderNameOf = (distinction: string, instance: string): string =>
  `${readyPrefixOf(instance)}${distinction}`;

export const isReadyHolderName = (name: string, instance: string): boolean =>
  name.startsWith(readyPrefixOf(instance)) &&
  /^[0-9a-f]{16}$/.test(name.slice(readyPrefixOf(instance).length));

/** The name of one that was taken, from the name of the chat's container. */
export const takenHolderNameOf = (containerName: string): string => `${containerName}-network`;

const readyPrefixOf = (instance: string): string =>
  instance === 'default' ? 'sandbox-pool-' : `sandbox-${instance}-pool-`;
