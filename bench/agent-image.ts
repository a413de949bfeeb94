import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { basename, delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Engine } from '#engine';

export const AGENT_IMAGE = 'sandbox-master-bench-agent:latest';

const COMMAND = ['/busybox', 'httpd', '-f', '-p', '8000', '-h', '/'];

/** Imports the image of the agents, one static busybox, unless it is there. It stays for the next run. */
export async function ensureAgentImage(engine: Engine, socketPath: string): Promise<void> {
  if (await engine.hasImage(AGENT_IMAGE)) return;
  const busybox = await findBusybox();
  const tar = spawn('tar', ['-C', dirname(busybox), '-ch', basename(busybox)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [repository = '', tag = ''] = AGENT_IMAGE.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo: repository, tag });
  query.set('changes', `CMD ${JSON.stringify(COMMAND)}`);
  const call = request({ socketPath, method: 'POST', path: `/images/create?${query.toString()}` });
  const answered = once(call, 'response');
  tar.stdout.pipe(call);
  const [response] = (await answered) as [IncomingMessage];
  const told = await text(response);
  if (!(await engine.hasImage(AGENT_IMAGE))) throw new Error(`${AGENT_IMAGE} was not imported: ${told}`);
}

async function findBusybox(): Promise<string> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, 'busybox');
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error('a static busybox is needed on the PATH (Debian: busybox-static)');
}
