import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './setup-error.mjs';

const POLL_MS = 200;

/**
 * Runs the action while no other process of this machine runs one under the same name.
 * The lock is an abstract Unix socket: it has no file that could outlive its owner, since the kernel gives it up when
 * the process ends, and it belongs to the network namespace, as does all that two Docker daemons would fight about.
 */
export async function exclusively(name, waitMs, action) {
  const lock = await acquire(`\0sandbox-master:${name}`, performance.now() + waitMs);
  try {
    return await action();
  } finally {
    lock.close();
  }
}

async function acquire(address, endMs) {
  for (;;) {
    const server = createServer((socket) => socket.destroy());
    try {
      server.listen(address);
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
    if (performance.now() > endMs) {
      throw new SetupError('Another set-up is running on this machine and does not come to an end.');
    }
    await sleep(POLL_MS);
  }
}
