import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import type { Configuration } from './config/configuration.js';
import { inSequence } from './http/in-sequence.js';
import { serveOpenApi } from './http/openapi.js';
import { originGuard } from './http/origin-guard.js';
import { limitPipelined } from './http/pipelined-requests.js';
import { rateLimiter } from './http/rate-limit.js';
import { Refusals } from './http/refusals.js';
import { requestContext } from './http/request-context.js';
import { soundHeads } from './http/request-heads.js';
import { BoundedExpressAdapter, SERVER_LIMITS, type ServerLimits } from './http/server-limits.js';
import { ShutdownGate } from './http/shutdown-gate.js';
import { cutStalled } from './http/stalled-connections.js';
import { strictExpress } from './http/strict-express.js';
import { tokenGuard } from './http/token-guard.js';
import { UnparsedRequests } from './http/unparsed-requests.js';
import { FrameworkLog } from './observability/adapters/framework-log.js';
import { LOGGER, type Logger } from './observability/ports/logger.js';
import { METRICS, type Metrics } from './observability/ports/metrics.js';
import { attachmentNameInPath } from './storage/adapters/http/attachment-name-in-path.js';

/** The whole service, ready to listen. */
export async function createApplication(
  configuration: Configuration,
  limits: ServerLimits = SERVER_LIMITS,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(configuration),
    new BoundedExpressAdapter(strictExpress(), limits),
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new FrameworkLog(logger));
  app.use(
    inSequence(
      requestContext(logger),
      soundHeads,
      cutStalled(),
      limitPipelined(),
      app.get(ShutdownGate).handler,
      rateLimiter(configuration.http),
      tokenGuard(configuration.security),
      originGuard(configuration.security),
      attachmentNameInPath,
    ),
  );
  new UnparsedRequests(new Refusals(logger, app.get<Metrics>(METRICS))).watch(app.getHttpServer());
  serveOpenApi(app, configuration.security);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  return app;
}
