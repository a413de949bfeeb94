import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { type EngineClient, inBody } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { isManaged, ownerLabels } from './labels.js';
import { isolationOptions, missingIsolation } from './network-isolation.js';

/** Looks at the networks of one name; each one after the first has made one, or has seen several become fewer. */
const MAX_LOOKS = 6;
/** A network is listed only once it is whole, and its bridge's name is taken before. */
const BETWEEN_LOOKS_MS = 100;

/** What the sandboxes' network is to be. */
export interface NetworkTerms {
  readonly name: string;
  readonly instance: string;
  /** Whether sandboxes are to be kept from each other; a network that is there and does not is refused. */
  readonly isIsolated: boolean;
}

/** The network that is there now. */
export interface SandboxNetwork {
  readonly id: string;
  /** Whether it was made by this very call. */
  readonly isNew: boolean;
}

/**
 * Makes a network of the sandboxes when it is missing. The engine lets several networks have one name when they are made at
 * the same moment, and then starts nothing on any of them. So everyone who sees several removes all but the oldest, and
 * whoever looks last sees them all.
 * @param first `sandbox.network_name`: that network may be anybody's, a further one only a service's like this one
 * @returns null where a stranger's network bears the name of a further one
 * @throws SandboxRuntimeError, `network-not-isolated` and `address-pools-exhausted` among them
 */
export async function ensureNetwork(
  engine: EngineClient,
  terms: NetworkTerms,
  first = terms.name,
): Promise<SandboxNetwork | null> {
  const isStrange = ({ Labels }: Docker.NetworkInspectInfo): boolean =>
    terms.name !== first && !isManaged(Labels ?? {});
  let madeId: string | null = null;
  let refusal: SandboxRuntimeError | null = null;
  let seenId = '';
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const [oldest, ...twins] = await listByAge(engine, terms.name, first);
    seenId = oldest?.Id ?? seenId;
    if ([oldest, ...twins].some((network) => network !== undefined && isStrange(network))) return null;
    if (oldest === undefined) {
      const made = await createNetwork(engine, terms);
      if (made.id === null) await sleep(BETWEEN_LOOKS_MS);
      madeId = made.id;
      refusal = made.refusal;
    } else if (twins.length === 0) {
      if (terms.isIsolated) assertIsolated(oldest);
      return { id: oldest.Id, isNew: oldest.Id === madeId };
    } else
      for (const twin of twins.filter(({ Labels }) => isManaged(Labels ?? {})))
        await removeNetwork(engine, twin.Id);
  }
  if (refusal !== null) throw refusal;
  if (terms.isIsolated)
    throw new SandboxRuntimeError('network-not-isolated', `there are several networks named ${terms.name}`);
  // Strangers among them, which are never touched: the engine refuses to start anything there.
  return { id: seenId, isNew: false };
}

function assertIsolated(network: Docker.NetworkInspectInfo): void {
  const missing = missingIsolation(network);
  if (missing.length === 0) return;
  throw new SandboxRuntimeError(
    'network-not-isolated',
    `sandbox.network_isolation is on, and network ${network.Name} lacks ${missing.join(', ')}; ` +
      'end its sandboxes and remove it, and it is made anew',
  );
}

/** All networks whose names have this one in them: the engine's filter finds parts of names too. */
export const listNetworks = (
  engine: EngineClient,
  name: string,
  limitMs?: number,
): Promise<Docker.NetworkInspectInfo[]> =>
  engine.call(async (docker) => docker.listNetworks({ filters: { name: [name] } }), limitMs);

async function listByAge(
  engine: EngineClient,
  name: string,
  first: string,
): Promise<Docker.NetworkInspectInfo[]> {
  const found = await listNetworks(engine, first);
  const ageOf = ({ Created, Id }: Docker.NetworkInspectInfo): string => `${Created} ${Id}`;
  return found.filter(({ Name }) => Name === name).sort((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1));
}

/** What is asked of the engine for a new network; the engine proxy lets just this pass. */
export const networkSpec = ({ name, instance, isIsolated }: NetworkTerms): Docker.NetworkCreateOptions => ({
  Name: name,
  Driver: 'bridge',
  CheckDuplicate: true,
  Labels: { ...ownerLabels(instance) },
  ...(isIsolated ? { Options: isolationOptions(name) } : {}),
});

/** @returns the new network's id, or null and the engine's refusal when another replica was faster, perhaps */
async function createNetwork(
  engine: EngineClient,
  terms: NetworkTerms,
): Promise<{ id: string | null; refusal: SandboxRuntimeError | null }> {
  try {
    const made = await engine.call(async (docker) => docker.createNetwork(inBody(networkSpec(terms))));
    return { id: made.id, refusal: null };
  } catch (error) {
    // 409: the name is taken. 403: so is the bridge's.
    if (error instanceof SandboxRuntimeError && (hasStatus(error, 409) || hasStatus(error, 403)))
      return { id: null, refusal: error };
    throw error;
  }
}

/** Does nothing when it is gone already (404), or in use (403). */
async function removeNetwork(engine: EngineClient, id: string): Promise<void> {
  try {
    await engine.call(async (docker) => {
      await docker.getNetwork(id).remove();
    });
  } catch (error) {
    if (!hasStatus(error, 404) && !hasStatus(error, 403)) throw error;
  }
}
