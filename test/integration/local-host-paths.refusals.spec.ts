import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../src/kernel/invalid-input-error.js';
import { LocalHostPaths } from '../../src/sandbox/adapters/filesystem/local-host-paths.js';
import { makePathTree } from './path-tree.js';

const paths = new LocalHostPaths();

describe('what LocalHostPaths refuses', () => {
  let root: string;

  beforeAll(async () => {
    root = await makePathTree();
  });
  afterAll(() => rm(root, { recursive: true }));

  async function refusalOf(path: string): Promise<InvalidInputError> {
    const error: unknown = await paths.canonicalDirectory(path).then(
      (found) => found,
      (thrown: unknown) => thrown,
    );
    if (error instanceof InvalidInputError) return error;
    throw new Error(`not refused: ${String(error)}`);
  }

  it.each(['~user', '~user/x', 'relative', './x', '../x', '', ' /tmp', '$HOME'])(
    'refuses %j as relative',
    async (path) => {
      expect((await refusalOf(path)).type).toBe('path_not_absolute');
    },
  );

  it.each(['/tmp/a\0b', '/tmp/a\nb', '/tmp/\u007f', '/tmp/\u0085', '/tmp/\u001b[2J', '/tmp/\ud800'])(
    'refuses control characters and broken ones: %j',
    async (path) => {
      expect((await refusalOf(path)).type).toBe('path_characters');
    },
  );

  it.each([
    ['file', 'path_not_directory'],
    ['file/below', 'path_not_directory'],
    ['file/..', 'path_not_directory'],
    ['file/.', 'path_not_directory'],
    ['file/', 'path_not_directory'],
    ['to-file', 'path_not_directory'],
    ['to-file/../a', 'path_not_directory'],
    ['to-self', 'path_loop'],
    ['to-self/x', 'path_loop'],
    ['to-ping', 'path_loop'],
    ['chain-40', 'path_loop'],
    ['chain-45/a', 'path_loop'],
    ['x'.repeat(256), 'path_too_long'],
    ['ü'.repeat(128), 'path_too_long'],
    [`nowhere/${'x'.repeat(256)}`, 'path_too_long'],
  ])('refuses %j: %s', async (path, type) => {
    const error = await refusalOf(`${root}/${path}`);
    expect([error.field, error.type]).toEqual(['volume_host_path', type]);
    expect(error.message).not.toContain(root);
  });

  it.each(['chain-39', 'x'.repeat(255), 'ü'.repeat(127)])('still takes %j', async (path) => {
    await expect(paths.canonicalDirectory(`${root}/${path}`)).resolves.toMatch(/^\//);
  });

  it('takes as many bytes as the kernel does, its final NUL aside, and refuses more', async () => {
    const long = `/${'x'.repeat(200)}`.repeat(30);
    expect(await paths.canonicalDirectory(long.slice(0, 4095))).toHaveLength(4095);
    for (const bytes of [4096, 4097]) {
      expect((await refusalOf(long.slice(0, bytes))).type).toBe('path_too_long');
    }
  });
});
