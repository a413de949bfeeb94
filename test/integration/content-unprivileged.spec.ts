import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Placement, PlacementMode } from '../../src/storage/ports/attachment-content.js';
import { CHAT } from '../builders/ids.js';
import { readAndClose, stage } from '../contracts/content-world.js';
import { LocalContent } from '../support/local-content.js';
import { buildHostileTree } from './hostile-tree.js';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

/** Sandboxes of the same user then, who can close to the service what they made. Root passes everything. */
describe('the content of chats for a service that is not root', () => {
  let local: LocalContent;

  beforeEach(async () => {
    local = await LocalContent.create();
    for (const path of [local.chatsRoot, local.outside('')]) await chown(path, NOBODY, NOBODY);
    if (isRoot) process.seteuid?.(NOBODY);
    await local.chats.ensureLayout(CHAT);
  });
  afterEach(async () => {
    await local.pile.whenRemoved(20_000);
    if (isRoot) process.seteuid?.(0);
    await local.close();
  });

  const place = async (name: string, mode: PlacementMode): Promise<Placement> => {
    await using staged = await stage(local, 'placed');
    return await local.attachments.place(CHAT, name, staged, mode);
  };
  const closedFolder = async (name: string): Promise<void> => {
    await mkdir(local.pathTo(CHAT, `${name}/below`), { recursive: true });
    await writeFile(local.pathTo(CHAT, `${name}/below/file`), 'x');
    await chmod(local.pathTo(CHAT, `${name}/below`), 0o000);
    await chmod(local.pathTo(CHAT, name), 0o000);
  };

  it('puts a file where a closed directory is', async () => {
    await closedFolder('name');
    expect(await place('name', 'replace')).toEqual({ result: 'placed', replaced: 'obstacle' });
    expect(await readFile(local.pathTo(CHAT, 'name'), 'utf8')).toBe('placed');
    await local.pile.whenRemoved(20_000);
    expect(await readdir(local.chatsRoot)).toEqual([CHAT]);
  });

  it('begins a history anew where a closed directory, or a file that cannot be read, is', async () => {
    await closedFolder('name');
    for (const kind of ['directory', 'closed']) {
      if (kind === 'closed') await chmod(local.pathTo(CHAT, 'history.md'), 0o000);
      else {
        await local.attachments.remove(CHAT, 'history.md');
        await closedFolder('history.md');
      }
      expect(await readAndClose(local.histories.open(CHAT))).toBe('');
      expect(local.logger.fieldsOf('history_moved_aside').at(-1)).toEqual({ chat_id: CHAT, kind });
    }
  });

  it('has no file where one cannot be read', async () => {
    await place('name', 'new');
    await chmod(local.pathTo(CHAT, 'name'), 0o000);
    expect(await local.attachments.open(CHAT, 'name')).toBeNull();
    expect(await local.attachments.remove(CHAT, 'name')).toBe(true);
  });

  it.each([0o000, 0o444, 0o111])('works in a chat that its sandbox has closed to %o', async (mode) => {
    await place('name', 'new');
    await chmod(local.pathTo(CHAT, ''), mode);
    expect((await local.attachments.listEntries(CHAT, 10)).files).toEqual(['name']);
    await chmod(local.pathTo(CHAT, ''), mode);
    expect(await place('other', 'new')).toMatchObject({ result: 'placed' });
  });

  it('clears closed directories too', async () => {
    await closedFolder('one');
    await closedFolder('two');
    await writeFile(local.pathTo(CHAT, 'three'), 'x');
    await local.attachments.clear(CHAT);
    await local.pile.whenRemoved(20_000);
    expect(await readdir(local.pathTo(CHAT, ''))).toEqual(['history.md']);
    expect(await readdir(local.chatsRoot)).toEqual([CHAT]);
  });

  (isRoot ? it : it.skip)('says when it could not clear all, since it is not its own', async () => {
    process.seteuid?.(0);
    await mkdir(local.pathTo(CHAT, "root's/below"), { recursive: true });
    process.seteuid?.(NOBODY);
    await closedFolder('own');
    expect(await local.attachments.clear(CHAT)).toBe(false);
    expect((await readdir(local.pathTo(CHAT, ''))).sort()).toEqual(['history.md', "root's"]);
    process.seteuid?.(0);
    expect(await local.attachments.clear(CHAT)).toBe(true);
    process.seteuid?.(NOBODY);
  });

  it('removes directories that are closed one below the other, also where no path reaches', async () => {
    const levels = Array.from({ length: 40 }, (_, depth) => 'level/'.repeat(depth + 1));
    await mkdir(local.pathTo(CHAT, levels.at(-1) ?? ''), { recursive: true });
    for (const level of levels.toReversed()) await chmod(local.pathTo(CHAT, level), 0o000);
    await buildHostileTree(local.pathTo(CHAT, ''), local.outside(''));
    await local.chats.discard(CHAT);
    await local.pile.whenRemoved(20_000);
    expect(await readdir(local.chatsRoot)).toEqual([]);
    expect(local.logger.events).not.toContain('chat_content_not_removed');
  });

  it('says that a measurement lacks what is behind closed doors', async () => {
    await closedFolder('name');
    expect(await local.usage.measure([CHAT], 10_000)).toMatchObject({ isComplete: false });
  });
});
