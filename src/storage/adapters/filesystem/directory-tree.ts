import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { againWhenGone } from './disk-errors.js';

/** For the service alone: what lies below is closed to other users of the host. */
const CLOSED = 0o700;
/** For any user inside a container, whose root obeys file modes once its capabilities are dropped. */
const OPEN_DIRECTORY = 0o777;
const OPEN_FILE = 0o666;

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Makes the directory that holds the chats' directories, and closes it to others when it was open. */
export async function ensureClosedDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: CLOSED });
  const { mode } = await lstat(path);
  if ((mode & 0o077) !== 0) await chmod(path, mode & CLOSED);
}

/**
 * Makes the directory, writable for all whatever the umask; its parent must exist.
 * @returns its descriptor, by which its entries are reached whatever happens to names; and whether it was made now
 */
export const openOpenDirectory = (path: string): Promise<{ directory: FileHandle; isNew: boolean }> =>
  againWhenGone(() => makeAndOpen(path));

async function makeAndOpen(path: string): Promise<{ directory: FileHandle; isNew: boolean }> {
  const isNew = await succeedsUnlessThere(mkdir(path, { mode: OPEN_DIRECTORY }));
  // By its name, which nobody else can give to anything: a directory that its sandbox has closed cannot be opened first.
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} is no directory`);
  if ((found.mode & 0o777) !== OPEN_DIRECTORY) await chmod(path, OPEN_DIRECTORY);
  return { directory: await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), isNew };
}

/**
 * Makes an empty file, writable for all, where nothing bears the name: nothing that does is opened or followed.
 * @returns whether it was made now
 */
export const makeFile = (directory: FileHandle, name: string): Promise<boolean> =>
  making(directory, name, () => Promise.resolve());

/** The same, and the file outlives a loss of power once its directory has been synced. */
export const ensureFile = (directory: FileHandle, name: string): Promise<boolean> =>
  making(directory, name, (file) => file.sync());

function making(
  directory: FileHandle,
  name: string,
  finish: (file: FileHandle) => Promise<void>,
): Promise<boolean> {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK;
  const made = open(`/proc/self/fd/${directory.fd}/${name}`, flags, OPEN_FILE).then(async (file) => {
    try {
      await file.chmod(OPEN_FILE);
      await finish(file);
    } finally {
      await file.close();
    }
  });
  return succeedsUnlessThere(made);
}

/** Makes what was done to the directory's entries outlive a loss of power. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, O_RDONLY | O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function succeedsUnlessThere(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
