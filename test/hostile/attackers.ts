import { execFile, spawn } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endOfProcess } from '../support/end-of-process.js';
import { engine } from '../support/engine.js';

const HERE = import.meta.dirname;
const MOUNTED_CHAT = '/workspace/chat';

/** Compiles the quick swapper to where sandboxes see it. @returns false where the machine has no compiler */
export async function compileSwapper(volume: string): Promise<boolean> {
  const program = join(volume, 'swapper');
  try {
    await promisify(execFile)('cc', ['-static', '-O2', '-o', program, join(HERE, 'swapper.c')]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await chmod(program, 0o755);
  return true;
}

/** Has the container run the command, without waiting for its end; it ends with the container. */
async function launch(containerId: string, command: readonly string[]): Promise<void> {
  const run = await engine
    .getContainer(containerId)
    .exec({ Cmd: [...command], WorkingDir: MOUNTED_CHAT, AttachStdout: false, AttachStderr: false });
  // Its stream would keep this process from ending.
  (await run.start({ Detach: true })).destroy();
}

export interface Attack {
  readonly containerId: string;
  readonly names: readonly string[];
  readonly targets: readonly string[];
  readonly seed: number;
  readonly isCompiled: boolean;
}

/** Sets several swappers on the chat's directory, from inside its sandbox. */
export async function attackFromInside(attack: Attack): Promise<void> {
  const { containerId, names, targets, seed, isCompiled } = attack;
  const script = await readFile(join(HERE, 'swapper.sh'), 'utf8');
  await launch(containerId, ['/bin/sh', '-c', script, String(seed), names.join(' '), ...targets]);
  if (!isCompiled) {
    await launch(containerId, ['/bin/sh', '-c', script, String(seed + 4), names.join(' '), ...targets]);
    return;
  }
  for (const own of [seed, seed + 1])
    await launch(containerId, ['/workspace/volume/swapper', String(own), names.join(), ...targets]);
}

/** Of those that were set on the directory from inside: how many have stopped of themselves. */
export async function stoppedInside({ containerId, isCompiled }: Attack): Promise<number> {
  const { Processes } = (await engine.getContainer(containerId).top()) as { Processes: string[][] };
  const running = Processes.filter((words) => words.some((word) => word.includes('swapper'))).length;
  return Math.max(0, (isCompiled ? 3 : 2) - running);
}

/** Plants devices and hard links from the host. @returns what ends it */
export async function attackFromHost(
  chatDirectory: string,
  spare: string,
  canary: string,
  names: readonly string[],
): Promise<() => Promise<void>> {
  const script = await readFile(join(HERE, 'planter.sh'), 'utf8');
  const words = ['-c', script, chatDirectory, spare, canary, names.join(' ')];
  const planter = spawn('sh', words, { stdio: 'ignore' });
  return async () => {
    await endOfProcess(planter, 'SIGKILL');
  };
}
