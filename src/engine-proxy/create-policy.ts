import { join } from 'node:path';
import type { SandboxConfig } from '../config/sandbox-config.js';
import { containerSpec } from '../sandbox/adapters/docker/container-spec.js';
import { LABEL, readClaim } from '../sandbox/adapters/docker/labels.js';
import { type NetworkTerms, networkSpec } from '../sandbox/adapters/docker/sandbox-network.js';
import { networkNames } from '../sandbox/adapters/docker/sandbox-networks.js';
import { firstDifference } from './differences.js';
import { fieldOf, textsOf } from './json-fields.js';
import { forbidden } from './refusal.js';

/** Stands in for a label that must be there, and is then told to be missing. */
export const NEVER = new Date(0);
const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** What a container may be. */
export interface CreateTerms {
  readonly instance: string;
  readonly sandbox: SandboxConfig;
}

type NetworkNames = Pick<SandboxConfig, 'networkName' | 'maxNetworks'>;

/** A create that may go on, once its mounts' sources are found to be what they seem. */
export interface AllowedCreate {
  /** Made here and not taken from the client, who might hide fields from one reader and show them to another. */
  readonly body: unknown;
  /** Sources of the mounts. */
  readonly sources: readonly string[];
  /** The one of them that a caller of the service has chosen. */
  readonly volume: string;
  /** The network holder that it is to be in the network of; null: it is on one of the service's networks. */
  readonly holderId: string | null;
}

/**
 * Lets a container pass only if it is, field by field, what `containerSpec` makes of the claim in its labels under the
 * configuration of this process. So there is no list of dangerous fields that could be incomplete: binds, devices,
 * capabilities, namespaces, profiles, and whatever engines will come to know, are refused for not being asked for. The
 * environment alone is free, since the service fills it from variables that are not known here; it decides nothing
 * outside the container.
 * @param name the parameter of that name
 * @throws Refusal which names the field
 */
export function allowedContainer(name: string, given: unknown, terms: CreateTerms): AllowedCreate {
  const labels = textsOf(fieldOf(given, 'Labels'));
  const claim = labels === null ? null : readClaim(labels, NEVER);
  if (labels === null || claim === null) throw forbidden('Labels are not those of a sandbox');
  const chatHostPath = join(terms.sandbox.chatsRoot, claim.chatId);
  const holderId = holderIdIn(labels, terms.sandbox);
  const networkMode = fieldOf(fieldOf(given, 'HostConfig'), 'NetworkMode');
  const { name: expectedName, ...spec } = containerSpec(
    { claim, chatHostPath },
    terms.sandbox,
    terms.instance,
    holderId === null ? { name: networkOf(terms.sandbox, networkMode) } : { holderId },
  );
  const body: unknown = JSON.parse(JSON.stringify({ ...spec, Env: environmentOf(given, claim.agentId) }));
  const difference = firstDifference(
    { ...(given as object), name },
    { ...(body as object), name: expectedName },
  );
  if (difference !== null) throw forbidden(difference);
  const sources = (spec.HostConfig?.Mounts ?? []).map(({ Source }) => Source);
  return { body, sources, volume: claim.volumeHostPath, holderId };
}

/**
 * The holder whose network a sandbox with these labels is to be in; null where it says none, or no network is ever ready:
 * what asks for one all the same then differs from what is allowed.
 * @throws Refusal where that is no container's whole id
 */
function holderIdIn(
  labels: Readonly<Record<string, string>>,
  { networkPoolSize }: SandboxConfig,
): string | null {
  const holderId = labels[LABEL.networkHolder];
  if (holderId === undefined || networkPoolSize === 0) return null;
  if (!CONTAINER_ID.test(holderId)) throw forbidden(`Labels.${LABEL.networkHolder} is no container's id`);
  return holderId;
}

function environmentOf(given: unknown, agentId: string): readonly string[] {
  const variables = fieldOf(given, 'Env');
  const isEnvironment = Array.isArray(variables) && variables.every((item) => typeof item === 'string');
  if (!isEnvironment) throw forbidden('Env is no list of variables');
  const own = variables.filter((variable) => variable.startsWith('AGENT_ID='));
  if (own.length !== 1 || own[0] !== `AGENT_ID=${agentId}`) {
    throw forbidden("Env does not have AGENT_ID once, as the container's label has it");
  }
  return variables;
}

/** The one of the service's networks that is given, or else the first, from which what is given then differs. */
export const networkOf = ({ networkName, maxNetworks }: NetworkNames, given: unknown): string =>
  networkNames(networkName, maxNetworks).find((name) => name === given) ?? networkName;

/**
 * @param terms of the first network
 * @param maxNetworks how many there may be
 * @returns what the engine is to be sent
 * @throws Refusal which names the field
 */
export function allowedNetwork(given: unknown, terms: NetworkTerms, maxNetworks: number): unknown {
  const name = networkOf({ networkName: terms.name, maxNetworks }, fieldOf(given, 'Name'));
  const expected: unknown = JSON.parse(JSON.stringify(networkSpec({ ...terms, name })));
  const difference = firstDifference(given, expected);
  if (difference !== null) throw forbidden(difference);
  return expected;
}
