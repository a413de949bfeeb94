import { chmod, lstat, mkdir } from 'node:fs/promises';

/** For the service alone: what lies below is closed to other users of the host. */
const CLOSED = 0o700;
/** For any user inside a container, whose root obeys file modes once its capabilities are dropped. */
const OPEN = 0o777;

/** Makes the directory that holds the chats' directories, and closes it to others when it was open. */
export async function ensureClosedDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: CLOSED });
  const { mode } = await lstat(path);
  if ((mode & 0o077) !== 0) await chmod(path, mode & CLOSED);
}

/** Makes the directory, writable for all whatever the umask; its parent must exist. */
export async function ensureOpenDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: OPEN }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} is no directory`);
  if ((found.mode & 0o777) !== OPEN) await chmod(path, OPEN);
}
