import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitCodeOfSignal, interruption } from './interruption.mjs';
import { PROJECT_ROOT } from './project.mjs';

/**
 * Starts a command that takes this one's place at the terminal, and hands an interruption on to it, once.
 * @returns {{ child: import('node:child_process').ChildProcess, exitCode: Promise<number> }}
 */
export function startInForeground(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: PROJECT_ROOT, env, stdio: 'inherit' });
  const handOn = () => child.kill(interruption.reason);
  interruption.addEventListener('abort', handOn, { once: true });
  if (interruption.aborted) handOn();
  const exitCode = once(child, 'exit').then(([code, signal]) => {
    interruption.removeEventListener('abort', handOn);
    return code ?? exitCodeOfSignal(signal);
  });
  return { child, exitCode };
}
