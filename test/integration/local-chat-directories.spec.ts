import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalChatDirectories } from '../../src/sandbox/adapters/filesystem/local-chat-directories.js';
import { ChatDirectoryError } from '../../src/sandbox/ports/chat-directories.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';

describe('LocalChatDirectories', () => {
  let root: string;
  let chatsRoot: string;
  let directories: LocalChatDirectories;
  /** The mask that this process came with, once a test has set another. */
  let usualUmask: number | null = null;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sandbox-master-chats-'));
    chatsRoot = join(root, 'own/chats');
    directories = new LocalChatDirectories(
      aSandboxConfig({
        chatsRoot,
        dependenciesHostPath: join(root, 'own/dependencies'),
        lambdaToolsHostPath: join(root, 'elsewhere/tools'),
      }),
    );
  });
  afterEach(async () => {
    if (usualUmask !== null) process.umask(usualUmask);
    usualUmask = null;
    await rm(root, { recursive: true });
  });

  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

  it('makes the three directories when they are missing, and again does no harm', async () => {
    await directories.onModuleInit();
    await writeFile(join(root, 'own/dependencies/library'), 'kept');
    await directories.onModuleInit();
    expect(await readFile(join(root, 'own/dependencies/library'), 'utf8')).toBe('kept');
    expect((await stat(join(root, 'elsewhere/tools'))).isDirectory()).toBe(true);
  });

  it.each([0o000, 0o022, 0o027, 0o077])(
    'opens a chat to all and closes their root, under the umask %o',
    async (umask) => {
      await mkdir(join(root, 'own'));
      usualUmask = process.umask(umask);
      const path = await directories.ensure(CHAT);
      expect(path).toBe(join(chatsRoot, CHAT));
      expect([await modeOf(path), await modeOf(chatsRoot)]).toEqual(['777', '700']);
    },
  );

  it('opens a directory again that was closed, and closes a root that was open', async () => {
    const path = await directories.ensure(CHAT);
    await chmod(path, 0o700);
    await chmod(chatsRoot, 0o755);
    await directories.ensure(CHAT);
    expect([await modeOf(path), await modeOf(chatsRoot)]).toEqual(['777', '700']);
  });

  it('keeps what a chat holds', async () => {
    const path = await directories.ensure(CHAT);
    await writeFile(join(path, 'history.md'), 'kept');
    await directories.ensure(CHAT);
    expect(await readFile(join(path, 'history.md'), 'utf8')).toBe('kept');
  });

  it('makes one directory a chat, also when many ask at once', async () => {
    const ids = [CHAT, CHAT, OTHER_CHAT, CHAT, aUuid(3), OTHER_CHAT];
    const made = await Promise.all(ids.map((chatId) => directories.ensure(chatId)));
    expect(new Set(made).size).toBe(3);
    for (const path of made) expect(await modeOf(path)).toBe('777');
  });

  it.each([
    ['a file', (path: string) => writeFile(path, '')],
    ['a link to a directory', (path: string) => symlink(tmpdir(), path)],
    ['a link to nothing', (path: string) => symlink('/nonexistent', path)],
  ])('refuses %s in the place of a chat', async (_, plant) => {
    await mkdir(chatsRoot, { recursive: true });
    await plant(join(chatsRoot, CHAT));
    await expect(directories.ensure(CHAT)).rejects.toBeInstanceOf(ChatDirectoryError);
  });

  it.each([
    ['chats_root', 'own/chats'],
    ['dependencies_host_path', 'own/dependencies'],
    ['lambda_tools_host_path', 'elsewhere/tools'],
  ])('names the key %s at start-up where its directory cannot be made', async (key, path) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
    await expect(directories.onModuleInit()).rejects.toMatchObject({
      faults: [expect.stringMatching(new RegExp(`^sandbox\\.${key} \\(APP_SANDBOX_${key.toUpperCase()}\\)`))],
    });
  });

  it('fails where the root cannot be made', async () => {
    await mkdir(join(root, 'own'));
    await writeFile(chatsRoot, '');
    await expect(directories.ensure(CHAT)).rejects.toBeInstanceOf(ChatDirectoryError);
  });
});
