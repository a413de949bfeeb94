import type { EngineClient } from './engine-client.js';
import { hasStatus } from './engine-errors.js';

/**
 * Ends and removes a container at once.
 * @returns whether it was there; one that is being removed already counts as there
 * @throws SandboxRuntimeError
 */
export async function removeContainer(
  engine: EngineClient,
  containerId: string,
  limitMs?: number,
): Promise<boolean> {
  try {
    await engine.call(async (docker) => {
      await docker.getContainer(containerId).remove({ force: true, v: true });
    }, limitMs);
    return true;
  } catch (error) {
    if (hasStatus(error, 409) && isInProgress(error)) return true;
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

const isInProgress = (error: unknown): boolean =>
  error instanceof Error && /already in progress/i.test(error.message);
