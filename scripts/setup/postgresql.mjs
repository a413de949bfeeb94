import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, whyNotInstallable } from './debian.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const VERSIONS = '/usr/lib/postgresql';
/** How Debian makes a first cluster, and starts it, when a server is installed. */
const FIRST_CLUSTER = '/etc/postgresql-common/createcluster.conf';

/**
 * The programs of a PostgreSQL server, of which tests start one of their own; on Debian as root they are installed when
 * they are missing, without the cluster that the package would make and start.
 */
export async function ensurePostgresql() {
  if (isPresent()) return;
  if (whyNotInstallable() !== null) {
    throw new SetupError(
      'The programs of a PostgreSQL server are needed for the tests. On Debian or Ubuntu:\n' +
        '  sudo apt-get update && sudo apt-get install -y --no-install-recommends postgresql',
    );
  }
  await step("Installing postgresql from the distribution's packages", async () => {
    await installPackages(['postgresql-common']);
    forbidFirstCluster();
    await installPackages(['postgresql']);
  });
  if (!isPresent()) throw new SetupError('postgresql was installed and is not found.');
}

function isPresent() {
  if (!existsSync(VERSIONS)) return false;
  return readdirSync(VERSIONS).some((version) => existsSync(join(VERSIONS, version, 'bin/initdb')));
}

function forbidFirstCluster() {
  const settings = readFileSync(FIRST_CLUSTER, 'utf8');
  writeFileSync(
    FIRST_CLUSTER,
    settings.replace(/^#?\s*create_main_cluster\s*=.*$/m, 'create_main_cluster = false'),
  );
}
