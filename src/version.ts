import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './config/project-root.js';

interface PackageManifest {
  readonly version: string;
}

/** The version of the package, as `package.json` has it. */
export const VERSION = (
  JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as PackageManifest
).version;
