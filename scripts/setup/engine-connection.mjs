import { withDeadline } from './deadline.mjs';
import { interruption } from './interruption.mjs';
import { importBuilt } from './project.mjs';

const PING_MS = 5_000;

/**
 * The client of the engine at `docker.base_url`. It is the service's own, so that both understand the address alike
 * and neither reads DOCKER_HOST and its like.
 * @returns {Promise<import('dockerode')>}
 */
export async function connectToEngine(dockerConfiguration) {
  const { EngineClient } = await importBuilt('sandbox/adapters/docker/engine-client.js');
  return new EngineClient(dockerConfiguration).call(async (docker) => docker);
}

/** @returns {Promise<Error | null>} why the engine does not answer; null when it does */
export async function probeEngine(docker) {
  try {
    await withDeadline('ping', PING_MS, (abortSignal) => docker.ping({ abortSignal }));
    return null;
  } catch (error) {
    interruption.throwIfAborted();
    return error;
  }
}
