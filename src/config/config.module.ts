import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Configuration } from './configuration.js';
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

/** Gives each section of the loaded configuration under its own class. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(configuration: Configuration): DynamicModule {
    const providers = [
      { provide: AppConfig, useValue: configuration.app },
      { provide: HttpConfig, useValue: configuration.http },
      { provide: LoggingConfig, useValue: configuration.logging },
      { provide: MetricsConfig, useValue: configuration.metrics },
      { provide: TracingConfig, useValue: configuration.tracing },
      { provide: OtelConfig, useValue: configuration.otel },
      { provide: DockerConfig, useValue: configuration.docker },
      { provide: SandboxConfig, useValue: configuration.sandbox },
      { provide: StorageConfig, useValue: configuration.storage },
      { provide: SecurityConfig, useValue: configuration.security },
    ];
    return { module: ConfigModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
