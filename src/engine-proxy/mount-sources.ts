import type { DockerConfig, StorageConfig } from '../config/sections.js';
import type { SandboxConfig } from '../config/sandbox-config.js';
import { InvalidInputError } from '../kernel/invalid-input-error.js';
import { assertVolumeAllowed } from '../sandbox/domain/volume-policy.js';
import type { HostPaths } from '../sandbox/ports/host-paths.js';
import { forbiddenPaths } from '../sandbox/use-cases/volume-gate.js';
import { forbidden } from './refusal.js';

/** The sections that say which directories sandboxes may have. */
export interface MountTerms {
  readonly sandbox: SandboxConfig;
  readonly docker: DockerConfig;
  readonly storage: StorageConfig;
}

/**
 * Judges what a container is about to mount, on this machine's file system: it must be the engine's. The engine resolves
 * the paths once more when the container starts, and whoever can write on the way can change them until then.
 */
export class MountSources {
  constructor(
    private readonly paths: HostPaths,
    private readonly terms: MountTerms,
  ) {}

  /** No source may lead elsewhere than it says, nor be one that cannot be judged. @throws Refusal */
  async assertCanonical(sources: readonly string[]): Promise<void> {
    for (const source of sources) {
      const canonical = await inWords(source, () => this.paths.canonicalDirectory(source));
      if (canonical !== source) throw forbidden(`the mount source ${source} leads elsewhere`);
    }
  }

  /**
   * The same policy as the service's, judged again.
   * @param dataRoot the engine's own data
   * @throws Refusal
   */
  async assertVolume(volume: string, dataRoot: string): Promise<void> {
    const { sandbox, docker, storage } = this.terms;
    const canonical = (paths: readonly string[]): Promise<string[]> =>
      Promise.all(paths.map((path) => this.paths.canonical(path)));
    const policy = {
      allowedRoots: await canonical(sandbox.volumeAllowedRoots),
      forbidden: await canonical([...forbiddenPaths(sandbox, docker, storage), dataRoot]),
    };
    await inWords(volume, () => assertVolumeAllowed(volume, policy));
  }
}

/** @throws Refusal where the path breaks a rule */
async function inWords<T>(path: string, judge: () => T | Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw forbidden(`the mount source ${path} ${error.message}`);
  }
}
