import { lstat, readlink, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { inTime } from '../../../kernel/in-time.js';
import { InvalidInputError } from '../../../kernel/invalid-input-error.js';
import type { HostPaths } from '../../ports/host-paths.js';

/** PATH_MAX and NAME_MAX of Linux (limits.h), in bytes. */
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
/** MAXSYMLINKS of Linux: more links than that on one way are a loop (path_resolution(7)). */
const MAX_LINKS = 40;

const WRITE = 0o2;

/** A host directory may lie on a file system whose server is away. */
const WALK_MS = 2000;

/** This machine's file system; right only where the Docker host's paths are the same. */
@Injectable()
export class LocalHostPaths implements HostPaths {
  async canonicalDirectory(path: string): Promise<string> {
    const absolute = /^~(\/|$)/.test(path) ? homedir() + path.slice(1) : path;
    assertUsable(absolute);
    try {
      const { path: canonical, isDirectory } = await inTime(walk(absolute), WALK_MS, tooSlow);
      if (!isDirectory) throw refusal('ENOTDIR');
      return canonical;
    } catch (error) {
      if (error instanceof InvalidInputError) throw error;
      throw refusal((error as NodeJS.ErrnoException).code ?? 'unknown');
    }
  }

  async canonical(path: string): Promise<string> {
    try {
      return (await walk(path)).path;
    } catch {
      // A fault of the host, found again and reported where the path is used; until then its spelling protects it.
      return path;
    }
  }

  async isWritableBy(path: string, user: string): Promise<boolean | null> {
    const ids = user === '' ? [0, 0] : user.split(':').map(Number);
    const [uid = Number.NaN, gid = 0] = ids;
    if (Number.isNaN(uid) || Number.isNaN(gid)) return null;
    const found = await stat(path).catch(() => null);
    if (found === null) return null;
    const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0;
    return ((found.mode >> shift) & WRITE) !== 0;
  }
}

function assertUsable(path: string): void {
  if (!path.startsWith('/')) throw invalid('path_not_absolute', 'must be an absolute path');
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path) || !path.isWellFormed()) {
    throw invalid('path_characters', 'must not contain control characters');
  }
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw refusal('ENAMETOOLONG');
}

const tooSlow = (): never => {
  throw invalid('path_not_accessible', 'cannot be looked at in time');
};

/** The kernel's own walk (path_resolution(7)), except that what is missing is kept and `..` behind it is lexical. */
async function walk(path: string): Promise<{ path: string; isDirectory: boolean }> {
  let ahead = path.split('/');
  let current = '/';
  let isDirectory = true;
  let links = 0;
  while (ahead.length > 0) {
    const [name = '', ...rest] = ahead;
    ahead = rest;
    if (!isDirectory) throw refusal('ENOTDIR');
    if (name === '' || name === '.') continue;
    if (name === '..') {
      current = dirname(current);
      continue;
    }
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw refusal('ENAMETOOLONG');
    const next = join(current, name);
    const found = await entryAt(next);
    if (found === 'link') {
      links += 1;
      if (links > MAX_LINKS) throw refusal('ELOOP');
      const target = await readlink(next);
      ahead = [...target.split('/'), ...ahead];
      if (target.startsWith('/')) current = '/';
    } else {
      isDirectory = found !== 'other';
      current = next;
    }
  }
  if (Buffer.byteLength(current) > MAX_PATH_BYTES) throw refusal('ENAMETOOLONG');
  return { path: current, isDirectory };
}

async function entryAt(path: string): Promise<'directory' | 'link' | 'other' | 'missing'> {
  try {
    const found = await lstat(path);
    return found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
}

const invalid = (type: string, message: string): InvalidInputError =>
  new InvalidInputError('volume_host_path', type, message);

function refusal(code: string): InvalidInputError {
  switch (code) {
    case 'ELOOP':
      return invalid('path_loop', 'leads through too many symbolic links');
    case 'ENAMETOOLONG':
      return invalid('path_too_long', 'is too long');
    case 'ENOTDIR':
      return invalid('path_not_directory', 'is not a directory');
    case 'EACCES':
      return invalid('path_not_accessible', 'cannot be looked at');
    default:
      return invalid('path_unusable', `cannot be used (${code})`);
  }
}
