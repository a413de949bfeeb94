import { InvalidInputError } from '../../kernel/invalid-input-error.js';

/** Refused as a volume with everything below and every parent, whatever the configuration allows. */
export const SYSTEM_DIRECTORIES: readonly string[] = [
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/root',
  '/boot',
  '/run',
  '/var/run',
  '/var/lib/docker',
  '/var/lib/containerd',
];

/** Whether `path` is `directory` or below it; both canonical. */
export const isWithin = (path: string, directory: string): boolean =>
  path.startsWith(directory) &&
  (path.length === directory.length || directory === '/' || path[directory.length] === '/');

const refused = (message: string): InvalidInputError =>
  new InvalidInputError('volume_host_path', 'path_refused', message);

export interface VolumePolicy {
  /** Canonical; a volume must be one of these or below. */
  readonly allowedRoots: readonly string[];
  /** Canonical; a volume must be none of these, nor below, nor above. */
  readonly forbidden: readonly string[];
}

/**
 * @param path canonical
 * @throws InvalidInputError when the policy does not let a sandbox have this directory
 */
export function assertVolumeAllowed(path: string, { allowedRoots, forbidden }: VolumePolicy): void {
  if (forbidden.some((directory) => isWithin(path, directory) || isWithin(directory, path))) {
    throw refused('names a directory that no sandbox may have');
  }
  if (!allowedRoots.some((root) => isWithin(path, root))) {
    throw refused('is outside sandbox.volume_allowed_roots');
  }
}

/** Every directory strictly above the path, nearest first. */
export function ancestorsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index).join('/')}`).reverse();
}
