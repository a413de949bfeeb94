import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalHostPaths } from '../../src/sandbox/adapters/filesystem/local-host-paths.js';

const NOBODY = 65_534;

/** Root passes every directory, so the looking is done as an ordinary user. */
describe('LocalHostPaths for a service that is not root', () => {
  let directory: string;
  const isRoot = process.geteuid?.() === 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-closed-'));
    await chmod(directory, 0o755);
    await mkdir(join(directory, 'closed/below'), { recursive: true });
    await chmod(join(directory, 'closed'), isRoot ? 0o700 : 0);
    if (isRoot) process.seteuid?.(NOBODY);
  });
  afterEach(() => {
    if (isRoot) process.seteuid?.(0);
  });
  afterAll(async () => {
    await chmod(join(directory, 'closed'), 0o700);
    await rm(directory, { recursive: true });
  });

  it('refuses what lies behind a directory that it may not enter', async () => {
    const attempt = new LocalHostPaths().canonicalDirectory(join(directory, 'closed/below'));
    await expect(attempt).rejects.toMatchObject({ type: 'path_not_accessible' });
  });
});
