import { holderSpec } from '../sandbox/adapters/docker/holder-spec.js';
import { holderCreatedAt, isHolderOf } from '../sandbox/adapters/docker/labels.js';
import { isHolderName } from '../sandbox/domain/network-holder.js';
import { type CreateTerms, NEVER, networkOf } from './create-policy.js';
import { firstDifference } from './differences.js';
import { fieldOf, textsOf } from './json-fields.js';
import { forbidden } from './refusal.js';

/** Whether a body is meant to make a network holder of this instance, and such are wanted. */
export const isMeantAsHolder = (given: unknown, { instance, sandbox }: CreateTerms): boolean =>
  sandbox.networkPoolSize > 0 && isHolderOf(textsOf(fieldOf(given, 'Labels')) ?? {}, instance);

/**
 * Lets a network holder pass only if it is, field by field, what `holderSpec` makes of its name and of the time in its
 * labels, on one of the service's networks.
 * @param name the parameter of that name
 * @returns what the engine is to be sent
 * @throws Refusal which names the field
 */
export function allowedHolder(name: string, given: unknown, { instance, sandbox }: CreateTerms): unknown {
  if (!isHolderName(name, instance)) throw forbidden(`name is "${name}", which no network holder has`);
  const createdAt = holderCreatedAt(textsOf(fieldOf(given, 'Labels')) ?? {}, NEVER);
  const network = networkOf(sandbox, fieldOf(fieldOf(given, 'HostConfig'), 'NetworkMode'));
  const { name: _, ...spec } = holderSpec(name, createdAt, sandbox, instance, network);
  const body: unknown = JSON.parse(JSON.stringify(spec));
  const difference = firstDifference(given, body);
  if (difference !== null) throw forbidden(difference);
  return body;
}
