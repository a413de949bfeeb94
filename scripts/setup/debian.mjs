import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

// Another installation under way is waited for.
const LOCK = ['-o', 'DPkg::Lock::Timeout=120'];
const quietly = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive' });

const updateIndex = () =>
  requireCommand('apt-get', [...LOCK, 'update'], { timeoutMs: INDEX_MS, env: quietly() });

/** Installs packages from the distribution. */
export async function installPackages(names) {
  await updateIndex();
  const install = [...LOCK, 'install', '-y', '--no-install-recommends', ...names];
  await requireCommand('apt-get', install, { timeoutMs: INSTALL_MS, env: quietly() });
}

/** Unpacks a package of the distribution into a folder, without what it needs, and installs nothing. */
export async function unpackPackage(name, folder) {
  await updateIndex();
  const download = mkdtempSync(join(tmpdir(), 'sandbox-master-package-'));
  try {
    // As root, apt would otherwise fetch as a user who may not write there.
    const options = [...LOCK, '-o', 'APT::Sandbox::User=root'];
    await requireCommand('apt-get', [...options, 'download', name], {
      timeoutMs: INSTALL_MS,
      env: quietly(),
      cwd: download,
    });
    const [file] = readdirSync(download);
    mkdirSync(folder, { recursive: true });
    await requireCommand('dpkg-deb', ['-x', join(download, file), folder], { timeoutMs: INSTALL_MS });
  } finally {
    rmSync(download, { recursive: true });
  }
}
