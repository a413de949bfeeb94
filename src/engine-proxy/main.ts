import { pino } from 'pino';
import { ConfigurationError } from '../config/configuration.js';
import { loadConfiguration } from '../config/load-configuration.js';
import { EngineProxy } from './engine-proxy.js';
import { listenOnSocket } from './proxy-socket.js';

/*
 * `npm run engine-proxy`: the process that may use the engine, so that the service need not. It reads the same
 * configuration as the service, and listens at docker.proxy_listen_path.
 */
const logger = pino({ base: { name: 'engine-proxy' } });
try {
  const { configuration } = loadConfiguration(process.env, { isService: false });
  const { proxyListenPath, proxySocketGid } = configuration.docker;
  const proxy = new EngineProxy(configuration, {
    warn: (event, fields = {}) => logger.warn(fields, event),
  });
  await listenOnSocket(proxy.server, proxyListenPath, proxySocketGid);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void proxy.close().then(() => process.exit(0)));
  }
  logger.info({ path: proxyListenPath }, 'engine_proxy_started');
} catch (error) {
  const isExplained = error instanceof ConfigurationError;
  process.stderr.write(
    `${error instanceof Error ? (isExplained ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(1);
}
