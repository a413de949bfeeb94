import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../builders/ids.js';
import { readAndClose, stage } from '../contracts/content-world.js';
import { LocalContent, QUICK_DISK } from '../support/local-content.js';

const NOBODY = 65_534;
const INSIDER = join(import.meta.dirname, '../support/insider.mjs');
const isRoot = process.geteuid?.() === 0;
/** Against each of them the insider has some thousand turns. */
const ROUNDS = 5;

const services: [string, number | null][] = [
  ['this user', null],
  ...(isRoot ? ([['a user that is not root', NOBODY]] as [string, number][]) : []),
];

describe.each(services)('what is taken away under a live sandbox, by a service of %s', (_, userId) => {
  let local: LocalContent;
  let insider: ChildProcess | null = null;
  let outside: string;

  beforeEach(async () => {
    local = await LocalContent.create(QUICK_DISK);
    outside = local.outside('outside');
    await mkdir(join(outside, 'directory'), { recursive: true });
    await writeFile(join(outside, 'file'), 'alive');
    if (userId !== null) {
      const paths = [local.chatsRoot, local.outside(''), outside, join(outside, 'directory')];
      for (const path of [...paths, join(outside, 'file')]) await chown(path, userId, userId);
      process.seteuid?.(userId);
    }
    // As few rights as there can be, so that every attempt to give some shows.
    await chmod(join(outside, 'file'), 0o000);
    await chmod(join(outside, 'directory'), 0o000);
    await local.chats.ensureLayout(CHAT);
  });
  afterEach(async () => {
    await endInsider();
    if (userId !== null) process.seteuid?.(0);
    await local.pile.removeAll();
    await local.close();
  });

  async function beginInsider(name: string): Promise<void> {
    const home = local.pathTo(CHAT, `${name}/below`);
    await mkdir(home, { recursive: true });
    const words = [INSIDER, home, join(outside, 'file'), join(outside, 'directory')];
    insider = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (insider.stdout !== null) await once(insider.stdout, 'data');
    await sleep(50);
  }

  async function endInsider(): Promise<void> {
    if (insider === null) return;
    const ended = once(insider, 'exit');
    insider.kill('SIGKILL');
    await ended;
    insider = null;
  }

  const modesOutside = async (): Promise<string[]> => {
    const modes = ['file', 'directory'].map(async (name) => (await stat(join(outside, name))).mode & 0o777);
    return (await Promise.all(modes)).map((mode) => mode.toString(8));
  };

  const takings: [string, string, () => Promise<unknown>][] = [
    ['a cleared directory', 'taken', () => local.attachments.clear(CHAT)],
    [
      'a directory that an upload replaces',
      'taken',
      async () => {
        await using staged = await stage(local, 'placed');
        return await local.attachments.place(CHAT, 'taken', staged, 'replace');
      },
    ],
    [
      'a history moved aside, and the one before it',
      'history.md',
      async () => {
        expect(await readAndClose(local.histories.open(CHAT))).toBe('');
        await local.attachments.remove(CHAT, 'history.md');
        await mkdir(local.pathTo(CHAT, 'history.md'));
        expect(await readAndClose(local.histories.open(CHAT))).toBe('');
      },
    ],
  ];

  it.each(takings)('%s leads to no rights for what lies outside', async (_what, name, take) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await local.attachments.remove(CHAT, name);
      await beginInsider(name);
      await take();
      await local.pile.whenRemoved(10_000);
      expect(await modesOutside()).toEqual(['0', '0']);
      await endInsider();
    }
    await local.pile.removeAll();
    await local.pile.whenRemoved(20_000);
    const left = await readdir(local.chatsRoot);
    expect(left.filter((each) => each.startsWith('.deleted-'))).toEqual([]);
    expect(await modesOutside()).toEqual(['0', '0']);
  });
});
