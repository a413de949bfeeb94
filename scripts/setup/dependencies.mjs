import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { exclusively } from './exclusively.mjs';
import { npmCall } from './npm.mjs';
import { pinnedNode } from './pinned-node-path.mjs';
import { step } from './progress.mjs';
import { inProject, PROJECT_ROOT } from './project.mjs';
import { requireCommand } from './run-command.mjs';

const INSTALL_MS = 15 * 60_000;

/** `npm ci`, where node_modules is not what package-lock.json says. Needs nothing but Node's own modules. */
export async function ensureDependencies() {
  if (areInstalled()) return;
  await exclusively(`install:${nameOfCheckout()}`, INSTALL_MS, async () => {
    // Another run may have done it meanwhile.
    if (areInstalled()) return;
    // Said explicitly, since NODE_ENV=production and npm's own settings may leave them out.
    const [command, args, env] = npmCall(['ci', '--include=dev', '--include=optional']);
    await step('Installing the dependencies (npm ci)', () =>
      requireCommand(command, args, { timeoutMs: INSTALL_MS, env }),
    );
  });
}

/** An abstract socket's name holds about 100 bytes, a path may be longer. */
const nameOfCheckout = () => createHash('sha256').update(PROJECT_ROOT).digest('hex').slice(0, 16);

/** npm writes its own record of what is in node_modules as its last act, so a broken installation has none. */
function areInstalled() {
  const record = inProject('node_modules/.package-lock.json');
  return existsSync(record) && pinnedNode() !== null && fits(readJson('package-lock.json'), readJson(record));
}

const readJson = (path) => JSON.parse(readFileSync(inProject(path), 'utf8'));

/**
 * Whether the record of an installation has what the lock file asks for. Contents are compared and not times, which a
 * checkout sets as it likes. Optional packages may be absent: they belong to other platforms.
 */
function fits(lockFile, record) {
  const wanted = Object.entries(lockFile.packages).filter(([path]) => path !== '');
  const found = record.packages;
  return (
    Object.keys(found).every((path) => path in lockFile.packages) &&
    wanted.every(([path, { version, integrity, optional }]) => {
      const installed = found[path];
      if (installed === undefined) return optional === true;
      return installed.version === version && installed.integrity === integrity;
    })
  );
}
