import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireCommand } from './run-command.mjs';

const INDEX_MS = 3 * 60_000;
const INSTALL_MS = 10 * 60_000;
/** Where a daemon's program may be although a user's path lacks the folder. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Whether os-release(5) names Debian, Ubuntu or a distribution made of one of them. */
function isDebianFamily(osRelease) {
  const values = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].map(([, value]) => value);
  return values.some((value) => /\b(debian|ubuntu)\b/.test(value));
}

const OS_RELEASE = '/etc/os-release';

/** Whether packages can be installed here; SETUP_INSTALL_ENGINE switches it off. */
export function whyNotInstallable(environment = process.env) {
  if (/^(0|false|off|no)$/i.test(environment.SETUP_INSTALL_ENGINE ?? '')) return 'switched-off';
  if (!existsSync(OS_RELEASE) || !isDebianFamily(readFileSync(OS_RELEASE, 'utf8'))) return 'not-debian';
  return process.geteuid?.() === 0 ? null : 'not-root';
}

/** @returns null where no such program is found */
export function findProgram(name, environment = process.env) {
  const folders = [...(environment.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? null;
}

/** Installs packages from the distribution. */
export async function installPackages(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another installation under way is waited for.
  const options = ['-o', 'DPkg::Lock::Timeout=120'];
  await requireCommand('apt-get', [...options, 'update'], { timeoutMs: INDEX_MS, env });
  const install = [...options, 'install', '-y', '--no-install-recommends', ...names];
  await requireCommand('apt-get', install, { timeoutMs: INSTALL_MS, env });
}
