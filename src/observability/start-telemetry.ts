/** To be named by `node --import`: starts telemetry before the application, which it observes, is loaded. */
import '../early-end.js';

const { loadConfiguration } = await import('../config/load-configuration.js');
let configuration = null;
try {
  ({ configuration } = loadConfiguration(process.env));
} catch {
  // The application loads the same configuration next and explains what is wrong with it.
}
if (configuration !== null) {
  const { startTelemetry } = await import('./telemetry/telemetry.js');
  await startTelemetry(configuration);
}
