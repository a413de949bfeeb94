import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AppConfig, LoggingConfig } from '../config/sections.js';
import { OtelMetrics } from './adapters/otel-metrics.js';
import { OtelTracer } from './adapters/otel-tracer.js';
import { PinoEventLogger } from './adapters/pino-logger.js';
import { pinoOptions } from './adapters/pino-options.js';
import { LOGGER } from './ports/logger.js';
import { METRICS } from './ports/metrics.js';
import { TRACER } from './ports/tracer.js';
import { stopTelemetry } from './telemetry-sdk.js';

/** Logs, metrics and traces for every feature; knows none of them. */
@Global()
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [AppConfig, LoggingConfig],
      // No routes: the request's context is opened in http/request-context.ts, before Nest's own router.
      useFactory: (app: AppConfig, logging: LoggingConfig) => ({
        pinoHttp: pinoOptions(app, logging),
        forRoutes: [],
      }),
    }),
  ],
  providers: [
    { provide: LOGGER, useClass: PinoEventLogger },
    { provide: METRICS, useClass: OtelMetrics },
    { provide: TRACER, useClass: OtelTracer },
  ],
  exports: [LOGGER, METRICS, TRACER],
})
export class ObservabilityModule implements OnApplicationShutdown {
  async onApplicationShutdown(): Promise<void> {
    await stopTelemetry();
  }
}
