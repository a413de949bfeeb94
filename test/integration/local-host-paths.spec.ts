import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../../src/kernel/invalid-input-error.js';
import { LocalHostPaths } from '../../src/sandbox/adapters/filesystem/local-host-paths.js';

const paths = new LocalHostPaths();

describe('LocalHostPaths', () => {
  let root: string;

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'sandbox-master-paths-')));
    await mkdir(join(root, 'a/b/c'), { recursive: true });
    await mkdir(join(root, 'blank name'));
    await writeFile(join(root, 'file'), '');
    const links = {
      'to-b': 'a/b',
      'to-b-absolute': join(root, 'a/b'),
      'to-link': 'to-b',
      'to-file': 'file',
      'to-missing': 'nowhere/deep',
      'to-self': 'to-self',
      'to-pong': 'to-ping',
      'to-ping': 'to-pong',
      'a/up': '..',
      'a/b/to-root': '/',
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
    await symlink('.', join(root, 'chain-0'));
    for (let link = 1; link <= 45; link += 1) await symlink(`chain-${link - 1}`, join(root, `chain-${link}`));
  });
  afterAll(() => rm(root, { recursive: true }));

  const canonical = async (path: string): Promise<string> =>
    (await paths.canonicalDirectory(`${root}/${path}`)).replace(`${root}/`, '').replace(root, '.');

  async function refusalOf(path: string): Promise<InvalidInputError> {
    const error: unknown = await paths.canonicalDirectory(path).then(
      (found) => found,
      (thrown: unknown) => thrown,
    );
    if (error instanceof InvalidInputError) return error;
    throw new Error(`not refused: ${String(error)}`);
  }

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
