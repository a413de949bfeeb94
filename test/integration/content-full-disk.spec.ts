import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StorageFullError } from '../../src/storage/domain/errors.js';
import { CHAT, OTHER_CHAT } from '../builders/ids.js';
import { chunksOf } from '../contracts/content-world.js';
import { LocalContent } from '../support/local-content.js';

const run = promisify(execFile);
const DISK_BYTES = 4 * 1024 * 1024;
const DISK_FILES = 40;
/** Only root may mount a disk of a size of its own. */
const suite = process.geteuid?.() === 0 ? describe : describe.skip;

suite('the content of chats on a full disk', () => {
  let mount: string;
  let local: LocalContent;

  beforeAll(async () => {
    mount = await mkdtemp(join(tmpdir(), 'sandbox-master-small-disk-'));
    await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${DISK_BYTES},nr_inodes=${DISK_FILES},mode=700`,
      'tmpfs',
      mount,
    ]);
    local = await LocalContent.create(mount);
    await local.chats.ensureLayout(CHAT);
    await writeFile(local.pathTo(CHAT, 'name'), 'old');
  });
  afterAll(async () => {
    await local.close();
    await run('umount', [mount]);
    await rmdir(mount);
  });

  it('says so, keeps what was there and leaves nothing behind', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    let taken = 0;
    let hasEnded = false;
    const tooMuch = (async function* () {
      try {
        for (; taken < 4 * DISK_BYTES; taken += chunk.length) yield* chunksOf(chunk);
      } finally {
        hasEnded = true;
      }
    })();
    const before = await readdir('/proc/self/fd');
    const staged = await local.staging.stage();
    await expect(staged.write(tooMuch)).rejects.toThrow(StorageFullError);
    expect(hasEnded).toBe(true);
    // It is not read to its end, for nothing.
    expect(taken).toBeLessThan(2 * DISK_BYTES);
    await staged[Symbol.asyncDispose]();
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before.length);
    expect(await readdir(local.chatsRoot)).toEqual([CHAT]);
    expect(await readFile(local.pathTo(CHAT, 'name'), 'utf8')).toBe('old');
  });

  it('takes no more files and no new chat, and still gives and removes', async () => {
    await expect(fillFiles(local)).rejects.toThrow(StorageFullError);
    await expect(local.chats.ensureLayout(OTHER_CHAT)).rejects.toThrow(StorageFullError);
    expect(await local.attachments.find(CHAT, 'name')).toMatchObject({ sizeBytes: 3 });
    expect(await local.attachments.remove(CHAT, 'name')).toBe(true);
    await local.chats.discard(CHAT);
    await local.chats.whenRemoved(20_000);
    expect(await readdir(local.chatsRoot)).not.toContain(CHAT);
  });
});

async function fillFiles(local: LocalContent): Promise<void> {
  for (let count = 0; count <= DISK_FILES; count += 1) {
    await using staged = await local.staging.stage();
    await staged.write(chunksOf('x'));
    await staged.seal();
    await local.attachments.place(CHAT, `file-${count}`, staged, 'new');
  }
}
