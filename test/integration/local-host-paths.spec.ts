import { chmod, realpath, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalHostPaths } from '../../src/sandbox/adapters/filesystem/local-host-paths.js';
import { makePathTree } from './path-tree.js';

const paths = new LocalHostPaths();

describe('LocalHostPaths', () => {
  let root: string;

  beforeAll(async () => {
    root = await makePathTree();
  });
  afterAll(() => rm(root, { recursive: true }));

  const canonical = async (path: string): Promise<string> =>
    (await paths.canonicalDirectory(`${root}/${path}`)).replace(`${root}/`, '').replace(root, '.');

  it.each([
    ['a/b', 'a/b'],
    ['a//b///', 'a/b'],
    ['./a/./b/.', 'a/b'],
    ['a/b/..', 'a'],
    ['', '.'],
    ['blank name', 'blank name'],
    ['to-b', 'a/b'],
    ['to-b/', 'a/b'],
    ['to-b-absolute/c', 'a/b/c'],
    ['to-link/c', 'a/b/c'],
    ['a/up/a', 'a'],
  ])('resolves %j to %j', async (path, expected) => {
    expect(await canonical(path)).toBe(expected);
  });

  it('resolves `..` behind a link as the kernel does, not by spelling', async () => {
    expect(await canonical('to-b/..')).toBe('a');
    expect(await canonical('to-b-absolute/../b/c')).toBe('a/b/c');
    expect(await paths.canonicalDirectory(`${root}/a/b/to-root/../../tmp`)).toBe(await realpath('/tmp'));
  });

  it.each([
    ['nowhere', 'nowhere'],
    ['nowhere/deep/er', 'nowhere/deep/er'],
    ['to-b/new/deep', 'a/b/new/deep'],
    ['nowhere/../a', 'a'],
    ['nowhere/x/../y', 'nowhere/y'],
    ['nowhere/../to-b', 'a/b'],
    ['nowhere/../../../../../../../etc', '/etc'],
    ['to-missing', 'nowhere/deep'],
    ['to-missing/../more', 'nowhere/more'],
  ])('keeps what is missing, and takes `..` behind it by spelling: %j is %j', async (path, expected) => {
    expect(await canonical(path)).toBe(expected);
  });

  it('never climbs above the root', async () => {
    expect(await paths.canonicalDirectory('/../../tmp/..')).toBe('/');
  });

  it.each(['~', '~/', '~/x/../y'])('takes %s for a home', async (path) => {
    const expected = await paths.canonicalDirectory(path.replace('~', homedir()));
    expect(await paths.canonicalDirectory(path)).toBe(expected);
  });

  it('agrees with the kernel about every path that exists', async () => {
    const names = fc.constantFrom(
      'a',
      'b',
      'c',
      '.',
      '..',
      '',
      'to-b',
      'to-link',
      'to-b-absolute',
      'up',
      'chain-3',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(names, { maxLength: 8 }), async (parts) => {
        const path = [root, ...parts].join('/');
        const expected = await realpath(path).catch(() => null);
        fc.pre(expected !== null);
        expect(await paths.canonicalDirectory(path)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('gives a canonical path again as itself', async () => {
    const names = fc.constantFrom('a', 'b', '..', 'to-b', 'missing', 'to-missing', 'up');
    await fc.assert(
      fc.asyncProperty(fc.array(names, { maxLength: 6 }), async (parts) => {
        const once = await paths.canonicalDirectory([root, ...parts].join('/'));
        expect(await paths.canonicalDirectory(once)).toBe(once);
      }),
      { numRuns: 100 },
    );
  });

  it('resolves what the configuration names, be it a file, and keeps what it cannot resolve', async () => {
    expect(await paths.canonical(`${root}/to-file`)).toBe(`${root}/file`);
    expect(await paths.canonical(`${root}/to-b/..`)).toBe(`${root}/a`);
    expect(await paths.canonical(`${root}/to-self`)).toBe(`${root}/to-self`);
  });

  describe('isWritableBy', () => {
    const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

    it.each([
      [0o700, own, true],
      [0o500, own, false],
      [0o570, own, false],
      [0o777, '4242:4242', true],
      [0o775, '4242:4242', false],
      [0o702, '4242:4242', true],
      [0o720, `4242:${process.getgid?.() ?? 0}`, true],
      [0o702, `4242:${process.getgid?.() ?? 0}`, false],
      [0o777, '4242', true],
    ])('of mode %o by %s: %s', async (mode, user, expected) => {
      await chmod(join(root, 'a/b/c'), mode);
      expect(await paths.isWritableBy(join(root, 'a/b/c'), user)).toBe(expected);
      await chmod(join(root, 'a/b/c'), 0o755);
    });

    it('does not know where the user is a name, or the path is missing', async () => {
      expect(await paths.isWritableBy(root, 'agent')).toBeNull();
      expect(await paths.isWritableBy(join(root, 'missing'), own)).toBeNull();
    });
  });
});
