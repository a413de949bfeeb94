import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './debian.mjs';
import { probeEngine } from './engine-connection.mjs';
import { interruption } from './interruption.mjs';
import { inProject } from './project.mjs';
import { requireCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const START_MS = 60_000;
const STOP_MS = 30_000;
const POLL_MS = 200;
const SYSTEMCTL_MS = 90_000;
const LOG = 'var/dockerd.log';

/**
 * Starts the engine of this machine and waits until it answers. Where one runs already that does not answer yet, it is
 * only waited for: a second one in the same network namespace would tear down the first one's network.
 * @returns {Promise<import('node:child_process').ChildProcess | null>} the process, where it is this one's own
 */
export async function startEngine(docker) {
  if (existsSync('/run/systemd/system')) {
    await requireCommand('systemctl', ['start', 'docker'], { timeoutMs: SYSTEMCTL_MS });
    await untilAnswers(docker, null);
    return null;
  }
  const daemon = runningDaemon() === null ? spawnDaemon() : null;
  await untilAnswers(docker, daemon);
  return daemon !== null && isUp(daemon) ? daemon : null;
}

/** Ends an engine that `startEngine` started. */
export async function stopEngine(daemon) {
  if (!isUp(daemon)) return;
  daemon.ref();
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const isLate = await Promise.race([ended.then(() => false), sleep(STOP_MS, true, { ref: false })]);
  if (isLate) throw new SetupError(`dockerd (process ${daemon.pid}) does not end; see ${LOG}`);
}

const isUp = (daemon) => daemon.exitCode === null && daemon.signalCode === null;

/** @returns the process id in the engine's own file, where that process is alive */
function runningDaemon() {
  const file = '/var/run/docker.pid';
  if (!existsSync(file)) return null;
  const pid = readFileSync(file, 'utf8').trim();
  return existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd'
    ? pid
    : null;
}

function spawnDaemon() {
  const program = findProgram('dockerd');
  if (program === null) throw new SetupError('dockerd was installed and is not found.');
  mkdirSync(inProject('var'), { recursive: true, mode: 0o700 });
  const log = openSync(inProject(LOG), 'a');
  // A session of its own: Ctrl-C in this terminal is not meant for the engine and the sandboxes on it.
  const daemon = spawn(program, [], { cwd: '/', detached: true, stdio: ['ignore', log, log] });
  daemon.unref();
  return daemon;
}

async function untilAnswers(docker, daemon) {
  const endMs = performance.now() + START_MS;
  for (;;) {
    const reason = await probeEngine(docker);
    if (reason === null) return;
    interruption.throwIfAborted();
    if (daemon !== null && !isUp(daemon) && runningDaemon() === null) {
      throw new SetupError(`dockerd ended with ${daemon.exitCode ?? daemon.signalCode}:\n${endOfLog()}`);
    }
    if (performance.now() > endMs) {
      throw new SetupError(
        `The Docker engine runs and does not answer within ${START_MS / 1000} s (${reason.message}).`,
      );
    }
    await sleep(POLL_MS);
  }
}

const endOfLog = () => readFileSync(inProject(LOG), 'utf8').trimEnd().split('\n').slice(-10).join('\n');
