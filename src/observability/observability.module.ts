import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Configuration } from '../config/configuration.js';
import { MetricsController } from './adapters/metrics.controller.js';
import { NoMetrics } from './adapters/no-metrics.js';
import { NoTracer } from './adapters/no-tracer.js';
import { OtelMetrics } from './adapters/otel-metrics.js';
import { OtelTracer } from './adapters/otel-tracer.js';
import { PinoEventLogger } from './adapters/pino-logger.js';
import { pinoOptions } from './adapters/pino-options.js';
import { redactionOf, secretsOf, textRedactionOf } from './adapters/redaction.js';
import { LOGGER, type Logger } from './ports/logger.js';
import { METRICS } from './ports/metrics.js';
import { REDACTION } from './ports/redaction.js';
import { TRACER } from './ports/tracer.js';
import { reportExportsTo, stopTelemetry } from './telemetry/telemetry.js';

/** Logs, metrics and traces for every feature; knows none of them. */
@Global()
@Module({})
export class ObservabilityModule implements OnApplicationShutdown {
  static forRoot(configuration: Configuration): DynamicModule {
    const { metrics, tracing } = configuration;
    const redact = textRedactionOf(redactionOf(secretsOf(configuration)));
    return {
      module: ObservabilityModule,
      imports: [
        // No routes: the request's context is opened in http/request-context.ts, before Nest's own router.
        LoggerModule.forRoot({ pinoHttp: pinoOptions(configuration), forRoutes: [] }),
      ],
      controllers: [MetricsController],
      providers: [
        { provide: LOGGER, useClass: PinoEventLogger },
        { provide: METRICS, useClass: metrics.enabled || metrics.prometheus ? OtelMetrics : NoMetrics },
        { provide: REDACTION, useValue: redact },
        { provide: TRACER, useFactory: () => (tracing.enabled ? new OtelTracer(redact) : new NoTracer()) },
      ],
      exports: [LOGGER, METRICS, REDACTION, TRACER],
    };
  }

  constructor(@Inject(LOGGER) logger: Logger) {
    reportExportsTo(logger);
  }

  async onApplicationShutdown(): Promise<void> {
    await stopTelemetry();
  }
}
