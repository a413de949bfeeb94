import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import type { Configuration } from './config/configuration.js';
import { serveOpenApi } from './http/openapi.js';
import { originGuard } from './http/origin-guard.js';
import { rateLimiter } from './http/rate-limit.js';
import { requestContext } from './http/request-context.js';
import { ShutdownGate } from './http/shutdown-gate.js';
import { allowLongRequests, cutStalled } from './http/stalled-connections.js';
import { strictExpress } from './http/strict-express.js';
import { tokenGuard } from './http/token-guard.js';
import { FrameworkLog } from './observability/adapters/framework-log.js';
import { LOGGER, type Logger } from './observability/ports/logger.js';
import { attachmentNameInPath } from './storage/adapters/http/attachment-name-in-path.js';

/** The whole service, ready to listen. */
export async function createApplication(configuration: Configuration): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(configuration),
    new ExpressAdapter(strictExpress()),
    // The connections that are still open when all work is done must not keep the process alive.
    { bodyParser: false, bufferLogs: true, abortOnError: false, forceCloseConnections: true },
  );
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new FrameworkLog(logger));
  app.use(
    requestContext(logger),
    cutStalled(),
    app.get(ShutdownGate).handler,
    rateLimiter(configuration.http),
    tokenGuard(configuration.security),
    originGuard(configuration.security),
    attachmentNameInPath,
  );
  allowLongRequests(app.getHttpServer());
  serveOpenApi(app, configuration.security);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  return app;
}
