import { Inject, Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { DockerConfig, StorageConfig } from '../../config/sections.js';
import { assertVolumeAllowed, SYSTEM_DIRECTORIES, type VolumePolicy } from '../domain/volume-policy.js';
import { HOST_PATHS, type HostPaths } from '../ports/host-paths.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../ports/sandbox-runtime.js';

/** Turns a requested volume into its canonical path and refuses what no sandbox may have. */
@Injectable()
export class VolumeGate {
  private policy: Promise<VolumePolicy> | null = null;

  constructor(
    @Inject(HOST_PATHS) private readonly paths: HostPaths,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
    private readonly sandbox: SandboxConfig,
    private readonly docker: DockerConfig,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * @returns the canonical path
   * @throws InvalidInputError
   */
  async admit(path: string): Promise<string> {
    const canonical = await this.paths.canonicalDirectory(path);
    await this.assertAllowed(canonical);
    return canonical;
  }

  /**
   * The policy alone, for a path that is canonical: the host is not asked.
   * @throws InvalidInputError
   */
  async assertAllowed(canonical: string): Promise<void> {
    const { allowedRoots, forbidden } = await (this.policy ??= this.readPolicy());
    assertVolumeAllowed(canonical, {
      allowedRoots,
      forbidden: [...forbidden, ...this.runtime.dataDirectories()],
    });
  }

  private async readPolicy(): Promise<VolumePolicy> {
    const [allowedRoots, forbidden] = await Promise.all(
      [this.sandbox.volumeAllowedRoots, forbiddenPaths(this.sandbox, this.docker, this.storage)].map(
        (paths) => Promise.all(paths.map((path) => this.paths.canonical(path))),
      ),
    );
    return { allowedRoots: allowedRoots ?? [], forbidden: forbidden ?? [] };
  }
}

/** Directories and sockets that no volume may be, lie below or contain, besides the engine's own data. */
export function forbiddenPaths(
  sandbox: SandboxConfig,
  docker: DockerConfig,
  storage: StorageConfig,
): readonly string[] {
  const socket = /^unix:\/\/(\/.+)$/.exec(docker.baseUrl)?.[1];
  const database = /^sqlite:(\/.+)\/[^/]*$/.exec(storage.databaseUrl)?.[1];
  return [
    ...SYSTEM_DIRECTORIES,
    sandbox.chatsRoot,
    sandbox.dependenciesHostPath,
    sandbox.lambdaToolsHostPath,
    socket,
    docker.proxyListenPath,
    docker.proxyEngineSocket,
    database,
  ].filter((path) => path !== undefined);
}
