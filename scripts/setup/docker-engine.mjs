import { findProgram, installPackages, whyNotInstallable } from './debian.mjs';
import { adviceFor, DEFAULT_BASE_URL } from './engine-advice.mjs';
import { connectToEngine, probeEngine } from './engine-connection.mjs';
import { startEngine } from './engine-daemon.mjs';
import { exclusively } from './exclusively.mjs';
import { say, step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** As long as another run may take to install and start an engine. */
const WAIT_MS = 15 * 60_000;

/**
 * An engine that answers at `docker.base_url`. One that is there is used as it is; where none is, and only at the
 * default address, one is installed from the distribution and started.
 * @returns {Promise<{ docker: import('dockerode'), daemon: import('node:child_process').ChildProcess | null }>}
 *   `daemon`: the engine's process, where this very run started it
 * @throws SetupError with the steps to take
 */
export async function ensureEngine(dockerConfiguration) {
  const docker = await connectToEngine(dockerConfiguration);
  const reason = await probeEngine(docker);
  if (reason === null) return { docker, daemon: null };
  const { baseUrl } = dockerConfiguration;
  const obstacle = baseUrl === DEFAULT_BASE_URL ? whyNotInstallable() : 'other-address';
  if (obstacle !== null) throw new SetupError(adviceFor({ baseUrl, reason, obstacle }));
  say(
    `No Docker engine answers at ${baseUrl}. SETUP_INSTALL_ENGINE=0 keeps this from installing and starting one.`,
  );
  return exclusively('engine', WAIT_MS, async () => {
    // Another run may have started one meanwhile.
    if ((await probeEngine(docker)) === null) return { docker, daemon: null };
    return { docker, daemon: await installAndStart(docker) };
  });
}

async function installAndStart(docker) {
  // A docker client may be there without a daemon.
  if (findProgram('dockerd') === null) {
    await step("Installing Docker from the distribution's packages (docker.io, iptables)", () =>
      installPackages(['docker.io', 'iptables']),
    );
  }
  const daemon = await step('Starting the Docker engine', () => startEngine(docker));
  if (daemon !== null) {
    say(`The engine runs in the background (process ${daemon.pid}, log in var/dockerd.log).`);
  }
  return daemon;
}
