import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SharedDirectories } from '../../src/sandbox/adapters/filesystem/shared-directories.js';
import { aSandboxConfig } from '../builders/configuration.js';

describe('SharedDirectories', () => {
  let root: string;
  let directories: SharedDirectories;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sandbox-master-shared-'));
    directories = new SharedDirectories(
      aSandboxConfig({
        dependenciesHostPath: join(root, 'own/dependencies'),
        lambdaToolsHostPath: join(root, 'elsewhere/tools'),
      }),
    );
  });
  afterEach(() => rm(root, { recursive: true }));

  it('makes both when they are missing, and again does no harm', async () => {
    await directories.onModuleInit();
    await writeFile(join(root, 'own/dependencies/library'), 'kept');
    await directories.onModuleInit();
    expect(await readFile(join(root, 'own/dependencies/library'), 'utf8')).toBe('kept');
    expect((await stat(join(root, 'elsewhere/tools'))).isDirectory()).toBe(true);
  });

  it.each([
    ['dependencies_host_path', 'own/dependencies'],
    ['lambda_tools_host_path', 'elsewhere/tools'],
  ])('names the key %s at start-up where its directory cannot be made', async (key, path) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
    await expect(directories.onModuleInit()).rejects.toMatchObject({
      faults: [expect.stringMatching(new RegExp(`^sandbox\\.${key} \\(APP_SANDBOX_${key.toUpperCase()}\\)`))],
    });
  });
});
