import type Docker from 'dockerode';
import type { EngineClient } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { isManaged, ownerLabels } from './labels.js';

/** Looks at the networks of one name; each one after the first has made one, or has seen several become fewer. */
const MAX_LOOKS = 6;

/**
 * Makes the sandboxes' network when it is missing. The engine lets several networks have one name when they are made at
 * the same moment, and then starts nothing on any of them. So everyone who sees several removes all but the oldest, and
 * whoever looks last sees them all.
 * @returns whether the network is one that was made now
 */
export async function ensureNetwork(engine: EngineClient, name: string, instance: string): Promise<boolean> {
  let madeId: string | null = null;
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const [oldest, ...twins] = await listByAge(engine, name);
    if (oldest === undefined) madeId = await createNetwork(engine, name, instance);
    else if (twins.length === 0) return oldest.Id === madeId;
    else
      for (const twin of twins.filter(({ Labels }) => isManaged(Labels ?? {})))
        await removeNetwork(engine, twin.Id);
  }
  return false;
}

async function listByAge(engine: EngineClient, name: string): Promise<Docker.NetworkInspectInfo[]> {
  // The engine's filter finds parts of names too.
  const found = await engine.call(async (docker) => docker.listNetworks({ filters: { name: [name] } }));
  const ageOf = ({ Created, Id }: Docker.NetworkInspectInfo): string => `${Created} ${Id}`;
  return found.filter(({ Name }) => Name === name).sort((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1));
}

/** @returns the new network's id, or null when another replica was faster */
async function createNetwork(engine: EngineClient, name: string, instance: string): Promise<string | null> {
  const options = {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: { ...ownerLabels(instance) },
  };
  try {
    return (await engine.call(async (docker) => docker.createNetwork(options))).id;
  } catch (error) {
    if (hasStatus(error, 409)) return null;
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
