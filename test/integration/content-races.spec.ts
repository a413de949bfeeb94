import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HistoryBusyError } from '../../src/storage/domain/errors.js';
import type { OpenContent } from '../../src/storage/domain/content.js';
import type { PlacementMode } from '../../src/storage/ports/attachment-content.js';
import { CHAT } from '../builders/ids.js';
import { chunksOf, textIn } from '../contracts/content-world.js';
import { eventually } from '../support/eventually.js';
import { LocalContent, QUICK_DISK } from '../support/local-content.js';

const CANARY = 'the canary, which no sandbox may see';
const NAMES = ['one', 'two'];
/** `npm run races` makes a million of it. */
const OPERATIONS = Number(process.env.RACED_OPERATIONS ?? 3000);
/** So many more at most, until everything has been met that is to be met. */
const MORE_OPERATIONS = 20_000;
const LOOK_EVERY = 100;
const AT_ONCE = 6;
/** Whatever is swapped, nothing waits for it. */
const MAX_MS = 5000;

const run = promisify(execFile);
const isRoot = process.geteuid?.() === 0;
/** What must have been met in a file's place, and read from one. */
const KINDS = ['symlink', 'directory', 'fifo', 'socket', 'hard_link', ...(isRoot ? ['device'] : [])];
const TEXTS = ['inside', 'placed', 'nothing'];
const openDescriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

describe('the content of a chat whose sandbox swaps everything all the time', () => {
  let local: LocalContent;
  let outside: string;
  let swapper: ChildProcess;
  let canaryBefore: unknown;
  const texts = new Map<string, number>();
  const errors: unknown[] = [];
  let slowestMs = 0;

  const canaryNow = async (): Promise<unknown> => {
    const { ino, mode, nlink, uid } = await stat(join(outside, 'canary'));
    return [ino, mode, nlink, uid, await readFile(join(outside, 'canary'), 'utf8'), await readdir(outside)];
  };

  beforeAll(async () => {
    local = await LocalContent.create(QUICK_DISK);
    outside = local.outside('outside');
    const workshop = local.outside('workshop');
    await local.chats.ensureLayout(CHAT);
    for (const path of [outside, workshop, join(workshop, 'ready')]) await mkdir(path);
    await writeFile(join(outside, 'canary'), CANARY);
    await chmod(join(outside, 'canary'), 0o644);
    await makeThings(join(workshop, 'ready'));
    canaryBefore = await canaryNow();
    const words = [join(import.meta.dirname, '../support/swapper.mjs')];
    const chat = join(local.chatsRoot, CHAT);
    swapper = spawn(process.execPath, [...words, chat, workshop, outside, ...NAMES, 'history.md'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (swapper.stdout !== null) await once(swapper.stdout, 'data');
  });
  afterAll(async () => {
    swapper.kill('SIGKILL');
    await eventually(() => swapper.exitCode !== null || swapper.signalCode !== null, 'no swapping any more');
    await local.close();
  });

  async function note(opening: Promise<OpenContent | null>): Promise<void> {
    await using content = await opening;
    const text = content === null ? 'nothing' : await textIn(content);
    texts.set(text, (texts.get(text) ?? 0) + 1);
  }

  async function place(name: string, mode: PlacementMode): Promise<void> {
    await using staged = await local.staging.stage();
    await staged.write(chunksOf('placed'));
    await staged.seal();
    await local.attachments.place(CHAT, name, staged, mode);
  }

  async function replaceHistory(): Promise<void> {
    await using present = await local.histories.open(CHAT);
    await using staged = await local.staging.stage();
    await staged.append(present);
    await staged.seal();
    await local.histories.place(CHAT, staged, present.facts.version);
  }

  const operations: ((name: string) => Promise<unknown>)[] = [
    (name) => note(local.attachments.open(CHAT, name)),
    (name) => note(local.attachments.open(CHAT, name)),
    (name) => local.attachments.find(CHAT, name),
    () => local.attachments.listEntries(CHAT, 10),
    (name) => place(name, 'new'),
    (name) => place(name, 'replace'),
    (name) => local.attachments.remove(CHAT, name),
    () => note(local.histories.open(CHAT)),
    replaceHistory,
  ];

  async function timed(work: Promise<unknown>): Promise<void> {
    const beganMs = performance.now();
    try {
      await work;
    } catch (error) {
      if (!(error instanceof HistoryBusyError)) errors.push(error);
    }
    slowestMs = Math.max(slowestMs, performance.now() - beganMs);
  }

  it(
    'is read, written and removed without a byte from outside, a wait, or an error',
    async () => {
      const before = await openDescriptors();
      let turn = 0;
      const hasMetAll = (): boolean =>
        KINDS.every((kind) => local.hostileKinds.has(kind)) && TEXTS.every((text) => texts.has(text));
      const isToGoOn = (): boolean =>
        turn < OPERATIONS ||
        (turn < OPERATIONS + MORE_OPERATIONS && (turn % LOOK_EVERY !== 0 || !hasMetAll()));
      const worker = async (): Promise<void> => {
        while (isToGoOn()) {
          turn += 1;
          const operation = operations[turn % operations.length];
          await timed(operation?.(NAMES[turn % NAMES.length] ?? '') ?? Promise.resolve());
          if (turn % 300 === 0) await timed(local.attachments.clear(CHAT));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      expect(swapper.exitCode).toBeNull();
      expect(errors).toEqual([]);
      expect([...texts.keys()].filter((text) => !['', 'inside', 'placed', 'nothing'].includes(text))).toEqual(
        [],
      );
      expect(await canaryNow()).toEqual(canaryBefore);
      expect(slowestMs).toBeLessThan(MAX_MS);
      await eventually(async () => (await openDescriptors()) <= before, 'every descriptor closed');
      // Else nothing of all this was put to the test.
      expect([...local.hostileKinds]).toEqual(expect.arrayContaining(KINDS));
      for (const text of TEXTS) expect(texts.get(text)).toBeGreaterThan(0);
    },
    60_000 + (OPERATIONS + MORE_OPERATIONS) * 10,
  );

  it('is taken away and removed, the one remnant of its history too, while the swapping goes on', async () => {
    await local.chats.discard(CHAT);
    await local.pile.whenRemoved(20_000);
    const left = (await readdir(local.chatsRoot)).filter((name) => !name.startsWith('.deleted-'));
    expect(left).toEqual([]);
    expect(await canaryNow()).toEqual(canaryBefore);
  });
});

async function makeThings(directory: string): Promise<void> {
  const at = (name: string): string => join(directory, name);
  await run('mkfifo', [at('fifo')]);
  const server = createServer().listen(at('socket'));
  await once(server, 'listening');
  // Its name would go with it.
  await link(at('socket'), at('kept-socket'));
  server.close();
  // Once its name in the chat is gone it has one: which is why it does not matter that it is read then.
  await writeFile(at('linked'), 'inside');
  // They give bytes for ever.
  if (isRoot)
    for (const [name, minor] of [
      ['zero', '5'],
      ['full', '7'],
    ] as const)
      await run('mknod', [at(name), 'c', '1', minor]);
}
