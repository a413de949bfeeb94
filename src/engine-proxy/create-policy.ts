import { join } from 'node:path';
import type { SandboxConfig } from '../config/sandbox-config.js';
import { containerSpec } from '../sandbox/adapters/docker/container-spec.js';
import { readClaim } from '../sandbox/adapters/docker/labels.js';
import { type NetworkTerms, networkSpec } from '../sandbox/adapters/docker/sandbox-network.js';
import { networkNames } from '../sandbox/adapters/docker/sandbox-networks.js';
import { firstDifference } from './differences.js';
import { forbidden } from './refusal.js';

/** Stands in for a label that must be there, and is then told to be missing. */
const NEVER = new Date(0);

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
  if (claim === null) throw forbidden('Labels are not those of a sandbox');
  const chatHostPath = join(terms.sandbox.chatsRoot, claim.chatId);
  const network = networkOf(terms.sandbox, fieldOf(fieldOf(given, 'HostConfig'), 'NetworkMode'));
  const { name: expectedName, ...spec } = containerSpec(
    { claim, chatHostPath },
    terms.sandbox,
    terms.instance,
    { name: network },
  );
  const body: unknown = JSON.parse(JSON.stringify({ ...spec, Env: environmentOf(given, claim.agentId) }));
  const difference = firstDifference(
    { ...(given as object), name },
    { ...(body as object), name: expectedName },
  );
  if (difference !== null) throw forbidden(difference);
  const sources = (spec.HostConfig?.Mounts ?? []).map(({ Source }) => Source);
  return { body, sources, volume: claim.volumeHostPath };
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
const networkOf = ({ networkName, maxNetworks }: NetworkNames, given: unknown): string =>
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

/** A field of a mapping, as it stands there; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  const isMapping = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isMapping ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** A mapping of texts to texts, or null where it is none. */
export function textsOf(value: unknown): Readonly<Record<string, string>> | null {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || !Object.values(value).every((item) => typeof item === 'string')) return null;
  return value as Readonly<Record<string, string>>;
}
