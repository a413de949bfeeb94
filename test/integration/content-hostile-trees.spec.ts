import { execFile } from 'node:child_process';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { chunksOf, readAndClose } from '../contracts/content-world.js';
import { LocalContent, QUICK_DISK } from '../support/local-content.js';
import { buildHostileTree } from './hostile-tree.js';

const run = promisify(execFile);
const TEBIBYTE = 2 ** 40;
const ENTRIES = 200_000;
const LIMIT_MS = 30_000;
const HUGE_CHAT = aUuid(3);

const timed = async <T>(work: Promise<T>): Promise<{ value: T; ms: number }> => {
  const beganMs = performance.now();
  return { value: await work, ms: performance.now() - beganMs };
};

describe('the content of chats that sandboxes have filled with malice', () => {
  let local: LocalContent;
  let outside: string;

  beforeAll(async () => {
    local = await LocalContent.create(QUICK_DISK);
    outside = local.outside('outside');
    await mkdir(outside);
    await writeFile(join(outside, 'file'), 'alive');
    for (const chatId of [CHAT, OTHER_CHAT, HUGE_CHAT]) await local.chats.ensureLayout(chatId);
    await buildHostileTree(join(local.chatsRoot, CHAT), outside);
    await makeEntries(join(local.chatsRoot, HUGE_CHAT));
  }, 120_000);
  afterAll(() => local.close(), 120_000);

  it('counts a sparse file by what it takes, and reads a part of it at once', async () => {
    await writeFile(local.pathTo(OTHER_CHAT, 'sparse'), 'x');
    await truncate(local.pathTo(OTHER_CHAT, 'sparse'), TEBIBYTE);
    const facts = await local.attachments.find(OTHER_CHAT, 'sparse');
    expect(facts).toMatchObject({ sizeBytes: TEBIBYTE });
    expect(facts?.chargedBytes).toBeLessThan(1_000_000);
    const { bytesByChat } = await local.usage.measure([OTHER_CHAT], LIMIT_MS);
    expect(bytesByChat.get(OTHER_CHAT)).toBe(facts?.chargedBytes);
    await using content = await local.attachments.open(OTHER_CHAT, 'sparse');
    const part = content?.read(TEBIBYTE - 10, TEBIBYTE - 1) ?? chunksOf();
    expect(await buffer(part)).toEqual(Buffer.alloc(10));
  });

  it('measures a tree to any depth, behind closed doors where it may, and not what a link leads to', async () => {
    await writeFile(join(outside, 'large'), 'x'.repeat(100_000));
    const { bytesByChat, isComplete } = await local.usage.measure([CHAT], LIMIT_MS);
    const isRoot = process.geteuid?.() === 0;
    expect(isComplete).toBe(isRoot);
    // One byte at the end of the depth, one behind the closed door.
    if (isRoot) expect(bytesByChat.get(CHAT)).toBe(2);
  });

  it('lists no name that is no text', async () => {
    const name = Buffer.from([0x61, 0xff]);
    const path = Buffer.concat([Buffer.from(local.pathTo(OTHER_CHAT, '/')), name]);
    await writeFile(path, 'x');
    await writeFile(local.pathTo(OTHER_CHAT, '\u{1f600}'), 'x');
    expect((await local.attachments.listEntries(OTHER_CHAT, 10)).files.toSorted()).toEqual([
      'sparse',
      '\u{1f600}',
    ]);
  });

  it('looks through many entries within bounds', async () => {
    const listing = await timed(local.attachments.listEntries(HUGE_CHAT, 1000));
    expect(listing.value.files).toHaveLength(1000);
    expect(listing.ms).toBeLessThan(1000);
    const whole = await timed(local.attachments.listEntries(HUGE_CHAT, ENTRIES * 2));
    expect(whole.value.files.length).toBeLessThanOrEqual(ENTRIES);
    expect(whole.ms).toBeLessThan(5000);
    const measured = await timed(local.usage.measure([HUGE_CHAT], LIMIT_MS));
    expect(measured.value.isComplete).toBe(true);
  });

  it('ends a measurement that takes too long, and says so', async () => {
    const { value, ms } = await timed(local.usage.measure([HUGE_CHAT, OTHER_CHAT], 20));
    expect(value.isComplete).toBe(false);
    expect([...value.bytesByChat.keys()]).toEqual([HUGE_CHAT, OTHER_CHAT]);
    expect(ms).toBeLessThan(3000);
  });

  it('measures for many at once, each within its time', async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, () => local.usage.measure([OTHER_CHAT], LIMIT_MS)),
    );
    expect(new Set(all.map(({ bytesByChat }) => bytesByChat.get(OTHER_CHAT))).size).toBe(1);
  });

  it('clears and takes away all of it, and nothing that links lead to', async () => {
    const cleared = await timed(local.attachments.clear(HUGE_CHAT));
    expect(cleared.ms).toBeLessThan(30_000);
    await local.attachments.clear(CHAT);
    expect(await readdir(join(local.chatsRoot, HUGE_CHAT))).toEqual(['history.md']);
    expect(await readdir(join(local.chatsRoot, CHAT))).toEqual(['history.md']);
    await buildHostileTree(join(local.chatsRoot, CHAT), outside);
    for (const chatId of [CHAT, OTHER_CHAT, HUGE_CHAT]) await local.chats.discard(chatId);
    await local.chats.whenRemoved(60_000);
    expect(await readdir(local.chatsRoot)).toEqual([]);
    expect((await readdir(outside)).sort()).toEqual(['file', 'large']);
  }, 120_000);

  it('takes the remnant of a history along when the chat goes', async () => {
    await local.chats.ensureDirectory(CHAT);
    await mkdir(local.pathTo(CHAT, 'history.md'));
    await writeFile(local.pathTo(CHAT, 'history.md/kept'), 'x'.repeat(10));
    expect(await readAndClose(local.histories.open(CHAT))).toBe('');
    expect((await readdir(local.chatsRoot)).sort()).toEqual([`.aside-${CHAT}`, CHAT]);
    expect((await local.usage.measure([CHAT], LIMIT_MS)).bytesByChat.get(CHAT)).toBe(10);
    expect(local.logger.fieldsOf('history_moved_aside')).toEqual([{ chat_id: CHAT, kind: 'directory' }]);
    await local.chats.discard(CHAT);
    await local.chats.whenRemoved(20_000);
    expect(await readdir(local.chatsRoot)).toEqual([]);
  });
});

/** By a tool of the system: one call an entry from here would take minutes. */
async function makeEntries(directory: string): Promise<void> {
  const script = `seq -f 'entry-%.0f' ${ENTRIES} | xargs touch`;
  await run('sh', ['-c', script], { cwd: directory, timeout: 100_000 });
}
