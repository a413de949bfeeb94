import { SandboxConfig } from './sandbox-config.js';
import {
  AppConfig,
  DockerConfig,
  HttpConfig,
  LoggingConfig,
  MetricsConfig,
  OtelConfig,
  SecurityConfig,
  StorageConfig,
  TracingConfig,
} from './sections.js';

/** Everything that can be configured, with its defaults; the mirror of `config/app.yaml`. */
export class Configuration {
  readonly app = new AppConfig();
  readonly http = new HttpConfig();
  readonly logging = new LoggingConfig();
  readonly metrics = new MetricsConfig();
  readonly tracing = new TracingConfig();
  readonly otel = new OtelConfig();
  readonly docker = new DockerConfig();
  readonly sandbox = new SandboxConfig();
  readonly storage = new StorageConfig();
  readonly security = new SecurityConfig();
}

export type SectionName = keyof Configuration;

/** All faults of one configuration at once, each in its key's own name. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
}
