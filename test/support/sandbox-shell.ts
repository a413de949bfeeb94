import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { engine } from './engine.js';

/** How a script in a container ended; the code is 128 plus the signal's number where one ended it. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly printed: string;
  readonly complaints: string;
}

/** Runs a script in the container, in the chat's directory, as its root without capabilities, to its end. */
export async function runInSandbox(containerId: string, script: string): Promise<Outcome> {
  const run = await engine.getContainer(containerId).exec({
    Cmd: ['/bin/sh', '-c', script],
    WorkingDir: '/workspace/chat',
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await run.start({});
  const [output, errors] = [new PassThrough(), new PassThrough()];
  engine.modem.demuxStream(stream, output, errors);
  stream.once('end', () => {
    output.end();
    errors.end();
  });
  const [printed, complaints] = await Promise.all([text(output), text(errors)]);
  return { exitCode: (await run.inspect()).ExitCode, printed, complaints };
}

/** The same for a script that must succeed. @returns what it printed */
export async function inSandbox(containerId: string, script: string): Promise<string> {
  const { exitCode, printed, complaints } = await runInSandbox(containerId, script);
  if (exitCode !== 0) throw new Error(`the script ended with ${String(exitCode)}: ${complaints}`);
  return printed;
}

/** Starts a script in the container and leaves it there; it ends with the container, if not before. */
export async function leaveInSandbox(containerId: string, script: string): Promise<void> {
  const run = await engine.getContainer(containerId).exec({ Cmd: ['/bin/sh', '-c', script] });
  // Its stream would keep this process from ending.
  (await run.start({ Detach: true })).destroy();
}
