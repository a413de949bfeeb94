import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { engine } from './engine.js';

/** Runs a script in the container, in the chat's directory, as its root without capabilities. @returns what it printed */
export async function inSandbox(containerId: string, script: string): Promise<string> {
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
  const { ExitCode } = await run.inspect();
  if (ExitCode !== 0) throw new Error(`the script ended with ${String(ExitCode)}: ${complaints}`);
  return printed;
}
