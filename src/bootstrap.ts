import 'reflect-metadata';
import { createApplication } from './application.js';
import type { Configuration } from './config/configuration.js';
import { loadConfiguration } from './config/load-configuration.js';
import { LOGGER, type Logger } from './observability/ports/logger.js';
import { startTelemetry } from './observability/telemetry/telemetry.js';

const OLDEST_NODE = 24;

/** Starts the service; gives back once it listens. @throws ConfigurationError, StartError, which explain themselves */
export async function bootstrap(environment: NodeJS.ProcessEnv): Promise<void> {
  const [major = '0'] = process.versions.node.split('.');
  if (Number(major) < OLDEST_NODE) {
    throw new StartError(`Node ${OLDEST_NODE} or newer is needed, and this is ${process.versions.node}.`);
  }
  const { configuration, warnings } = loadConfiguration(environment);
  // For a start without --import; enough for all that is instrumented now.
  await startTelemetry(configuration);
  const app = await createApplication(configuration);
  const logger = app.get<Logger>(LOGGER);
  for (const warning of warnings) logger.warn('configuration_warning', { warning });
  await listen(app, configuration);
  logger.info('service_started', { url: await app.getUrl() });
}

/** A start that cannot be, for a reason that the operator can mend. */
class StartError extends Error {}

async function listen(
  app: Awaited<ReturnType<typeof createApplication>>,
  { http }: Configuration,
): Promise<void> {
  try {
    await app.listen(http.port, http.host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined
      ? error
      : new StartError(`Cannot listen on ${http.host} port ${http.port}: ${code}.`);
  }
}
