import type { SandboxConfig } from '../../src/config/sandbox-config.js';
import { DockerSandboxRuntime } from '../../src/sandbox/adapters/docker/docker-sandbox-runtime.js';
import { EngineNetworks } from '../../src/sandbox/adapters/docker/engine-networks.js';
import { NetworkPool } from '../../src/sandbox/adapters/docker/network-pool.js';
import { RecordingLogger, RecordingMetrics } from '../fakes/observability.js';
import { SteppableClock } from '../fakes/system.js';
import { anAppConfig, aDockerConfig, aSandboxConfig } from './configuration.js';

/** A pool at the real engine, empty until it is told to add; without a size nothing is ever taken from it. */
export function aNetworkPool(
  sandbox: SandboxConfig = aSandboxConfig(),
  instance = 'default',
  metrics = new RecordingMetrics(),
): NetworkPool {
  const [docker, app] = [aDockerConfig(), anAppConfig({ instance })];
  const networks = new EngineNetworks(docker, sandbox, app, new RecordingLogger());
  return new NetworkPool(docker, sandbox, app, networks, new SteppableClock(), metrics);
}

/** The real engine's runtime, put together as in the service. */
export function aDockerRuntime(
  sandbox: SandboxConfig,
  instance: string,
  {
    logger = new RecordingLogger(),
    docker = aDockerConfig(),
    pool = aNetworkPool(sandbox, instance),
  }: { logger?: RecordingLogger; docker?: ReturnType<typeof aDockerConfig>; pool?: NetworkPool } = {},
): DockerSandboxRuntime {
  const app = anAppConfig({ instance });
  const networks = new EngineNetworks(docker, sandbox, app, logger);
  return new DockerSandboxRuntime(docker, sandbox, app, logger, networks, pool);
}
