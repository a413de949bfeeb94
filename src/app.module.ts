import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ConfigModule } from './config/config.module.js';
import type { Configuration } from './config/configuration.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';
import { SandboxRoutesModule } from './sandbox/sandbox-routes.module.js';
import { SandboxModule } from './sandbox/sandbox.module.js';
import { StorageModule } from './storage/storage.module.js';
import { SystemModule } from './system/system.module.js';

@Module({})
export class AppModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(configuration),
        // Before every module that has routes.
        SandboxRoutesModule,
        SystemModule,
        ObservabilityModule.forRoot(configuration),
        HttpModule,
        HealthModule,
        ScheduleModule.forRoot(),
        PersistenceModule,
        StorageModule,
        SandboxModule,
      ],
    };
  }
}
