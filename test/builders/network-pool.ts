import type { SandboxConfig } from '../../src/config/sandbox-config.js';
import { NetworkPool } from '../../src/sandbox/adapters/docker/network-pool.js';
import { RecordingMetrics } from '../fakes/observability.js';
import { SteppableClock } from '../fakes/system.js';
import { anAppConfig, aDockerConfig, aSandboxConfig } from './configuration.js';

/** A pool at the real engine, empty until it is told to add; without a size nothing is ever taken from it. */
export const aNetworkPool = (
  sandbox: SandboxConfig = aSandboxConfig(),
  instance = 'default',
  metrics = new RecordingMetrics(),
): NetworkPool =>
  new NetworkPool(aDockerConfig(), sandbox, anAppConfig({ instance }), new SteppableClock(), metrics);
