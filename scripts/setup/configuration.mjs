import { importBuilt } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** The configuration, read by the service's own loader. @throws SetupError that names every fault */
export async function loadServiceConfiguration(environment = process.env) {
  const { loadConfiguration } = await importBuilt('config/load-configuration.js');
  const { ConfigurationError } = await importBuilt('config/configuration.js');
  try {
    return loadConfiguration(environment).configuration;
  } catch (error) {
    throw error instanceof ConfigurationError ? new SetupError(error.message) : error;
  }
}
