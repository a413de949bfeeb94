import { execFile } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiscardPile } from '../../src/storage/adapters/filesystem/discard-pile.js';
import { LocalChatContent } from '../../src/storage/adapters/filesystem/local-chat-content.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { RecordingLogger } from '../fakes/observability.js';
import { buildHostileTree } from './hostile-tree.js';

const WAIT_MS = 20_000;

describe('LocalChatContent', () => {
  let root: string;
  let chatsRoot: string;
  let content: LocalChatContent;
  const logger = new RecordingLogger();
  /** The mask that this process came with, once a test has set another. */
  let usualUmask: number | null = null;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sandbox-master-chats-'));
    chatsRoot = join(root, 'own/chats');
    const sandbox = aSandboxConfig({ chatsRoot });
    content = new LocalChatContent(sandbox, new DiscardPile(sandbox, logger));
  });
  afterEach(async () => {
    if (usualUmask !== null) process.umask(usualUmask);
    usualUmask = null;
    await rm(root, { recursive: true });
  });

  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

  it.each([0o000, 0o022, 0o027, 0o077])(
    'opens a chat and its history to all and closes their root, under the umask %o',
    async (umask) => {
      await mkdir(join(root, 'own'));
      usualUmask = process.umask(umask);
      const path = await content.ensureLayout(CHAT);
      expect(path).toBe(join(chatsRoot, CHAT));
      const modes = [path, join(path, 'history.md'), chatsRoot].map(modeOf);
      expect(await Promise.all(modes)).toEqual(['777', '666', '700']);
      expect(await readFile(join(path, 'history.md'), 'utf8')).toBe('');
    },
  );

  it('makes no history where only the directory is asked for', async () => {
    expect(await readdir(await content.ensureDirectory(CHAT))).toEqual([]);
  });

  it('opens a directory again that was closed, and closes a root that was open', async () => {
    const path = await content.ensureDirectory(CHAT);
    await chmod(path, 0o000);
    await chmod(chatsRoot, 0o755);
    await content.ensureLayout(CHAT);
    expect([await modeOf(path), await modeOf(chatsRoot)]).toEqual(['777', '700']);
  });

  it('keeps what a chat holds', async () => {
    const path = await content.ensureDirectory(CHAT);
    await writeFile(join(path, 'history.md'), 'kept');
    await content.ensureLayout(CHAT);
    expect(await readFile(join(path, 'history.md'), 'utf8')).toBe('kept');
  });

  it('makes one directory a chat, also when many ask at once', async () => {
    const ids = [CHAT, CHAT, OTHER_CHAT, CHAT, aUuid(3), OTHER_CHAT];
    const made = await Promise.all(ids.map((chatId) => content.ensureLayout(chatId)));
    expect(new Set(made).size).toBe(3);
    for (const path of made) expect(await modeOf(path)).toBe('777');
  });

  it.each([
    ['a link to a file', (path: string, canary: string) => symlink(canary, path)],
    ['a link to nothing', (path: string) => symlink(join(path, '../../../../planted'), path)],
    ['a directory', (path: string) => mkdir(path)],
    ['a FIFO', (path: string) => promisify(execFile)('mkfifo', [path])],
  ])('follows and opens nothing where the history is %s', async (_, plant) => {
    const canary = join(root, 'canary');
    await writeFile(canary, 'alive', { mode: 0o600 });
    const history = join(await content.ensureDirectory(CHAT), 'history.md');
    await plant(history, canary);
    const before = await lstat(history);
    await content.ensureLayout(CHAT);
    expect((await lstat(history)).ino).toBe(before.ino);
    expect([await readFile(canary, 'utf8'), await modeOf(canary)]).toEqual(['alive', '600']);
    expect((await readdir(root)).sort()).toEqual(['canary', 'own']);
  });

  it.each([
    ['a file', (path: string) => writeFile(path, '')],
    ['a link to a directory', (path: string) => symlink(tmpdir(), path)],
    ['a link to nothing', (path: string) => symlink('/nonexistent', path)],
  ])('refuses %s in the place of a chat', async (_, plant) => {
    await mkdir(chatsRoot, { recursive: true });
    await plant(join(chatsRoot, CHAT));
    await expect(content.ensureDirectory(CHAT)).rejects.toThrow();
  });

  it('takes a chat away at once and removes all of it, and nothing else', async () => {
    await content.ensureLayout(CHAT);
    await content.ensureLayout(OTHER_CHAT);
    await content.discard(CHAT);
    expect(await readdir(chatsRoot)).not.toContain(CHAT);
    await content.discard(CHAT);
    await content.whenRemoved(WAIT_MS);
    expect(await readdir(chatsRoot)).toEqual([OTHER_CHAT]);
  });

  it('removes whatever a sandbox may have built, and follows no link', async () => {
    const canary = join(root, 'canary');
    await mkdir(canary);
    await writeFile(join(canary, 'file'), 'alive');
    const path = await content.ensureLayout(CHAT);
    await buildHostileTree(path, canary);
    await content.discard(CHAT);
    await content.whenRemoved(WAIT_MS);
    expect(await readdir(chatsRoot)).toEqual([]);
    expect(await readFile(join(canary, 'file'), 'utf8')).toBe('alive');
  });

  it('finds what an earlier process had taken away and not removed', async () => {
    await content.ensureLayout(CHAT);
    await mkdir(join(chatsRoot, `.deleted-${aUuid(9)}`, 'some'), { recursive: true });
    await content.findDiscarded();
    await content.whenRemoved(WAIT_MS);
    expect(await readdir(chatsRoot)).toEqual([CHAT]);
  });

  it('names its key at start-up where the root cannot be made', async () => {
    await mkdir(join(root, 'own'));
    await writeFile(chatsRoot, '');
    await expect(content.onModuleInit()).rejects.toMatchObject({
      faults: [expect.stringMatching(/^sandbox\.chats_root \(APP_SANDBOX_CHATS_ROOT\)/)],
    });
    await expect(content.ensureDirectory(CHAT)).rejects.toThrow();
  });
});
