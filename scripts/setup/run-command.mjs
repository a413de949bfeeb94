import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitCodeOfSignal, interruption } from './interruption.mjs';
import { PROJECT_ROOT } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const KEPT_OUTPUT_CHARACTERS = 8_000;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000;

/**
 * Runs a command to its end, with a deadline; an interruption ends it too.
 * It gets a process group of its own, so that with it everything it has started can be ended.
 * @param options.output `captured` (the default), or `shown` as it comes
 * @returns {Promise<{ code: number, output: string }>} the output only where it was captured, and of that the end
 */
export async function runCommand(
  command,
  args,
  { timeoutMs, env = process.env, cwd = PROJECT_ROOT, output = 'captured' },
) {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', ...(output === 'shown' ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  });
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => (kept = (kept + chunk).slice(-KEPT_OUTPUT_CHARACTERS)));
  }
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    endGroup(child);
  }, timeoutMs);
  const interrupted = () => endGroup(child);
  interruption.addEventListener('abort', interrupted);
  try {
    const [code, signal] = await ended(child, command);
    if (isLate) throw new SetupError(`${command} ${args.join(' ')}: not done within ${timeoutMs / 1000} s`);
    interruption.throwIfAborted();
    return { code: code ?? exitCodeOfSignal(signal), output: kept };
  } finally {
    clearTimeout(late);
    interruption.removeEventListener('abort', interrupted);
  }
}

/** As `runCommand`, for a command that must succeed. @throws SetupError with the end of its output */
export async function requireCommand(command, args, options) {
  const { code, output } = await runCommand(command, args, options);
  if (code === 0) return output;
  throw new SetupError(`${command} ${args.join(' ')} ended with ${code}\n${output}`.trimEnd());
}

async function ended(child, command) {
  try {
    // `close` and not `exit`: the last of the output comes between the two.
    return await once(child, 'close');
  } catch (error) {
    throw new SetupError(`${command} cannot be started: ${error.message}`);
  }
}

function endGroup(child) {
  if (child.pid === undefined) return;
  signalGroup(child.pid, 'SIGTERM');
  const last = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(last));
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended by itself.
    if (error.code !== 'ESRCH') throw error;
  }
}
