import { existsSync } from 'node:fs';
import { findProgram, installPackages, whyNotInstallable } from './debian.mjs';
import { step } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const TRY_MS = 10_000;

/**
 * A busybox that needs no shared library, so that it is a container's whole userland; on Debian as root it is
 * installed when it is missing.
 * @returns {Promise<string>} its path
 */
export async function ensureStaticBusybox() {
  const present = await findStaticBusybox();
  if (present !== null) return present;
  if (whyNotInstallable() !== null) {
    throw new SetupError(
      'A statically linked busybox is needed, to make an image where no registry is reachable. On Debian or Ubuntu:\n' +
        '  sudo apt-get update && sudo apt-get install -y --no-install-recommends busybox-static',
    );
  }
  await step("Installing busybox-static from the distribution's packages", () =>
    installPackages(['busybox-static']),
  );
  const installed = await findStaticBusybox();
  if (installed === null) throw new SetupError('busybox-static was installed and is not found.');
  return installed;
}

/** @returns {Promise<string[]>} the names of its applets */
export async function appletsOf(busybox) {
  const { output } = await runCommand(busybox, ['--list'], { timeoutMs: TRY_MS });
  return output.split('\n').filter((name) => /^[^/\s]+$/.test(name));
}

async function findStaticBusybox() {
  const path = ['/bin/busybox', findProgram('busybox')].find((name) => name !== null && existsSync(name));
  if (path === undefined) return null;
  // ldd ends with 1 for what is not dynamic.
  const { code } = await runCommand('ldd', [path], { timeoutMs: TRY_MS });
  return code === 0 ? null : path;
}
