import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface ChildSettings {
  readonly cwd: string;
  /** Ends the child at once. */
  readonly signal: AbortSignal;
  /** Each must read its stream to the end: a child whose output nobody takes stands still. */
  readonly onStdout?: (output: Readable) => Promise<void>;
  readonly onStderr?: (output: Readable) => Promise<void>;
}

/**
 * Runs a program of the system, whose messages are in English wherever it runs.
 * @returns the code that it ended with; null when it was ended
 */
export async function runChild(
  command: string,
  words: readonly string[],
  { cwd, signal, onStdout, onStderr }: ChildSettings,
): Promise<number | null> {
  if (signal.aborted) return null;
  const child = spawn('env', ['LC_ALL=C', command, ...words], {
    cwd,
    stdio: ['ignore', onStdout === undefined ? 'ignore' : 'pipe', onStderr === undefined ? 'ignore' : 'pipe'],
  });
  const end = (): boolean => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const reading = [
      child.stdout === null ? null : onStdout?.(child.stdout),
      child.stderr === null ? null : onStderr?.(child.stderr),
    ];
    const [code] = await Promise.all([ended, ...reading]);
    return code;
  } finally {
    // Also where a reader has failed.
    end();
    signal.removeEventListener('abort', end);
  }
}
