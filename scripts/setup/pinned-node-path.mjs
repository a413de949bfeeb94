import { existsSync } from 'node:fs';
import { inProject } from './project.mjs';

const OLDEST_MAJOR = 24;

/**
 * The Node of package.json's optionalDependencies; where it has none for this platform, the present one if it is new
 * enough.
 * @returns null where there is neither
 */
export function pinnedNode() {
  const own = inProject('node_modules/.bin/node');
  if (existsSync(own)) return own;
  const hasPackage = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  const [major] = process.versions.node.split('.');
  return !hasPackage && Number(major) >= OLDEST_MAJOR ? process.execPath : null;
}
