import { isHealthPath } from '../../http/health-paths.js';

export const METRICS_PATH = '/metrics';

/** Probes and scrapes come every few seconds, from machines, and tell nothing of the service's work. */
export function isUnobservedPath(url: string): boolean {
  const [path = ''] = url.split('?');
  return isHealthPath(path) || path === METRICS_PATH;
}
