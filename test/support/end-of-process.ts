import type { ChildProcess } from 'node:child_process';

/** Sends a signal and waits for the end. @returns the exit code; null when a signal ended it, or there is no process */
export async function endOfProcess(
  child: ChildProcess | null,
  signal: NodeJS.Signals,
): Promise<number | null> {
  // An interruption from the keyboard reaches it as well.
  if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  child.kill(signal);
  return ended;
}
