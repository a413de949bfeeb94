/** To be named by `node --import`: starts telemetry before the application, which it observes, is loaded. */
import { loadConfiguration } from '../config/load-configuration.js';
import { startTelemetry } from './telemetry-sdk.js';

let configuration = null;
try {
  ({ configuration } = loadConfiguration(process.env));
} catch {
  // The application loads the same configuration next and explains what is wrong with it.
}
if (configuration !== null) await startTelemetry(configuration);
