import { chmod, chown, lstat, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/** Owner and group may connect. */
const SOCKET_MODE = 0o660;
/** Nobody may connect until the socket has its owner and mode. */
const CLOSED_UMASK = 0o177;

/**
 * Listens on a Unix socket that only its owner and the group can connect to. A socket that a dead process left is
 * replaced; one that answers, and anything that is no socket, is not.
 * @param groupId the group; 0: the process's own
 */
export async function listenOnSocket(server: Server, path: string, groupId: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await removeDeadSocket(path);
  const umask = process.umask(CLOSED_UMASK);
  try {
    await new Promise<void>((done, fail) => server.once('error', fail).listen(path, done));
  } finally {
    process.umask(umask);
  }
  if (groupId !== 0) await chown(path, process.geteuid?.() ?? 0, groupId);
  await chmod(path, SOCKET_MODE);
}

async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return;
  if (!found.isSocket()) throw new Error(`${path} is there and is no socket`);
  if (await answers(path)) throw new Error(`something listens at ${path} already`);
  await rm(path);
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
