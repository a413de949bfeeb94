import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerLivenessWatch } from '../../src/sandbox/adapters/docker/docker-liveness-watch.js';
import { ObservedSandboxRuntime } from '../../src/sandbox/adapters/docker/observed-sandbox-runtime.js';
import type { SandboxClaim } from '../../src/sandbox/domain/container.js';
import type { NewContainer } from '../../src/sandbox/ports/sandbox-runtime.js';
import { aDockerConfig, aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { aDockerRuntime } from '../builders/network-pool.js';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from '../fakes/observability.js';
import { engine, ENGINE_SOCKET, INSTANCE_PREFIX, removeAllOf } from './engine.js';
import { ensureTestImage } from './test-images.js';

/** The real engine's runtime and watch, put together as in the service, with an instance and a network of their own. */
export class WatchedEngine {
  readonly instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
  readonly logger = new RecordingLogger();
  readonly watch: DockerLivenessWatch;
  readonly runtime: ObservedSandboxRuntime;

  private constructor(
    image: string,
    private readonly directory: string,
    url: string,
  ) {
    const docker = aDockerConfig({ baseUrl: url, timeoutSeconds: 5 });
    const sandbox = aSandboxConfig({
      image,
      networkName: this.instance,
      dependenciesHostPath: join(directory, 'dependencies'),
      lambdaToolsHostPath: join(directory, 'tools'),
    });
    this.watch = new DockerLivenessWatch(docker, this.logger);
    this.runtime = new ObservedSandboxRuntime(
      aDockerRuntime(sandbox, this.instance, { docker, logger: this.logger }),
      new RecordingMetrics(),
      new RecordingTracer(),
      (text) => text,
      this.watch,
    );
  }

  /** @param url of the engine, or of what stands before it */
  static async open(url = `unix://${ENGINE_SOCKET}`): Promise<WatchedEngine> {
    const image = await ensureTestImage('agent');
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-watch-'));
    for (const name of ['chat', 'volume', 'dependencies', 'tools']) await mkdir(join(directory, name));
    const opened = new WatchedEngine(image, directory, url);
    await opened.runtime.prepare();
    return opened;
  }

  newContainer(claim: Partial<SandboxClaim> = {}): NewContainer {
    const ids = { chatId: randomUUID(), sessionId: randomUUID() };
    const volumeHostPath = join(this.directory, 'volume');
    return {
      claim: aClaim({ ...ids, volumeHostPath, ...claim }),
      chatHostPath: join(this.directory, 'chat'),
    };
  }

  /** @returns the id of a container that runs */
  async run(): Promise<string> {
    const containerId = await this.runtime.create(this.newContainer());
    await this.runtime.start(containerId);
    return containerId;
  }

  async pause(containerId: string): Promise<void> {
    await engine.getContainer(containerId).pause();
  }

  async kill(containerId: string): Promise<void> {
    await engine.getContainer(containerId).kill();
  }

  async disconnect(containerId: string): Promise<void> {
    await engine.getNetwork(this.instance).disconnect({ Container: containerId });
  }

  async close(): Promise<void> {
    this.watch.beforeApplicationShutdown();
    await removeAllOf(this.instance);
    await rm(this.directory, { recursive: true });
  }
}
