import { isHolderOf, isManaged, isOwnedBy } from '../sandbox/adapters/docker/labels.js';
import { isNetworkOf } from '../sandbox/adapters/docker/sandbox-networks.js';
import { containerNameOf } from '../sandbox/domain/container-name.js';
import { fieldOf, textsOf } from './json-fields.js';
import { forbidden } from './refusal.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A container as an inspection describes it, as far as it decides who may touch it. */
export interface InspectedContainer {
  readonly id: string;
  readonly isOurs: boolean;
  /** Whether it is a network holder of this instance's. */
  readonly isHolder: boolean;
  /** As the engine calls it; undefined where it does not say. */
  readonly status: unknown;
  /** Whether it bears a name that this service gives: it must be able to look who is in its way. */
  readonly hasOurName: boolean;
  /** Sources of its mounts. */
  readonly sources: readonly string[];
}

/** @throws Refusal when the answer describes no container */
export function inspectedContainer(answer: unknown, instance: string): InspectedContainer {
  const id = fieldOf(answer, 'Id');
  if (typeof id !== 'string') throw forbidden('the engine does not say which container that is');
  const name = fieldOf(answer, 'Name');
  const prefix = `/${containerNameOf('', instance)}`;
  const labels = textsOf(fieldOf(fieldOf(answer, 'Config'), 'Labels')) ?? {};
  const mounts = fieldOf(fieldOf(answer, 'HostConfig'), 'Mounts');
  return {
    id,
    isOurs: isOwnedBy(labels, instance),
    isHolder: isHolderOf(labels, instance),
    status: fieldOf(fieldOf(answer, 'State'), 'Status'),
    hasOurName: typeof name === 'string' && name.startsWith(prefix) && UUID.test(name.slice(prefix.length)),
    sources: (Array.isArray(mounts) ? mounts : [])
      .map((mount) => fieldOf(mount, 'Source'))
      .filter((source) => typeof source === 'string'),
  };
}

/**
 * @param networkName of the first network
 * @returns the network's id
 * @throws Refusal unless it is that network or a further one, and a service like this one made it
 */
export function managedNetworkId(answer: unknown, networkName: string): string {
  const id = fieldOf(answer, 'Id');
  const name = fieldOf(answer, 'Name');
  const isOurs =
    typeof name === 'string' &&
    isNetworkOf(networkName, name) &&
    isManaged(textsOf(fieldOf(answer, 'Labels')) ?? {});
  if (typeof id !== 'string' || !isOurs) throw forbidden(`that is no network ${networkName} of this service`);
  return id;
}
