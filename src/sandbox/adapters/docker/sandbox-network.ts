import type Docker from 'dockerode';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import type { EngineClient } from './engine-client.js';
import { hasStatus } from './engine-errors.js';
import { ownerLabels } from './labels.js';

/**
 * Makes the sandboxes' network when it is missing.
 * @returns whether it was made now
 */
export async function ensureNetwork(engine: EngineClient, name: string, instance: string): Promise<boolean> {
  if (await networkExists(engine, name)) return false;
  const id = await createNetwork(engine, name, instance);
  return id !== null && !(await yieldsToTwin(engine, name, id));
}

async function networkExists(engine: EngineClient, name: string): Promise<boolean> {
  try {
    await engine.call(async (docker) => docker.getNetwork(name).inspect());
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

/** @returns the new network's id, or null when another replica was faster */
async function createNetwork(engine: EngineClient, name: string, instance: string): Promise<string | null> {
  const options: Docker.NetworkCreateOptions = {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: { ...ownerLabels(instance) },
  };
  try {
    const network = await engine.call(async (docker) => docker.createNetwork(options));
    return network.id;
  } catch (error) {
    if (error instanceof SandboxRuntimeError && hasStatus(error, 409)) return null;
    throw error;
  }
}

/** The engine lets two networks have one name when they are made at the same moment; the lower id stays. */
async function yieldsToTwin(engine: EngineClient, name: string, id: string): Promise<boolean> {
  const twins = await engine.call(async (docker) => docker.listNetworks({ filters: { name: [name] } }));
  const ids = twins.filter((network) => network.Name === name).map((network) => network.Id);
  if (ids.every((other) => other >= id)) return false;
  await engine.call(async (docker) => {
    await docker.getNetwork(id).remove();
  });
  return true;
}
