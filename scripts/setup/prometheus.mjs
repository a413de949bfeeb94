import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, unpackPackage, whyNotInstallable } from './debian.mjs';
import { step } from './progress.mjs';
import { inProject } from './project.mjs';
import { SetupError } from './setup-error.mjs';

/** The package would start a server at boot, so that it is unpacked and not installed. */
const UNPACKED = inProject('var/tools/prometheus');

/**
 * Prometheus and promtool, of which tests start one of their own; on Debian as root they are fetched when they are
 * missing.
 * @returns {Promise<string>} the folder of both programs
 */
export async function ensurePrometheus() {
  const present = findPrometheus();
  if (present !== null) return present;
  if (whyNotInstallable() !== null) {
    throw new SetupError(
      'Prometheus is needed for the tests. On Debian or Ubuntu:\n' +
        '  sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus',
    );
  }
  await step("Unpacking prometheus from the distribution's packages", () =>
    unpackPackage('prometheus', UNPACKED),
  );
  const unpacked = findPrometheus();
  if (unpacked === null) throw new SetupError('prometheus was unpacked and is not found.');
  return unpacked;
}

function findPrometheus() {
  const onPath = findProgram('promtool');
  const folders = [join(UNPACKED, 'usr/bin'), ...(onPath === null ? [] : [dirname(onPath)])];
  const isWhole = (folder) =>
    ['prometheus', 'promtool'].every((program) => existsSync(join(folder, program)));
  return folders.find(isWhole) ?? null;
}
