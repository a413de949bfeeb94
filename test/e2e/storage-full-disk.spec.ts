import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { usageOf } from '../support/disk-usage.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { SmallDisk } from '../support/small-disk.js';
import { fileOf, type RawAnswer, StorageClient, WAYS } from '../support/storage-client.js';
import { ensureTestImage } from '../support/test-images.js';

const MIB = 1024 * 1024;
const FULL = [507, 'storage_full'];
const UNAVAILABLE = [503, 'database_unavailable'];

const reason = SmallDisk.whyNot();
const describeWithMount = reason === null ? describe : describe.skip;

const outcomeOf = ({ status, detail }: RawAnswer): unknown[] => [status, detail];

describeWithMount(`storage on a full disk${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let image: string;
  let service: Service;
  let client: StorageClient;
  let disk: SmallDisk;
  let chat: string;
  const old = randomBytes(MIB);

  beforeAll(async () => {
    image = await ensureTestImage('agent');
  });
  afterEach(async () => {
    await service.end('SIGKILL');
    disk.unmount();
    await service.dispose();
  });

  /** Starts the service with a small disk at one of its directories, and a file and a history in it. */
  const startOn = async (directory: string, bytes: number): Promise<string> => {
    service = await Service.prepare({
      APP_SANDBOX_IMAGE: image,
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
    });
    disk = SmallDisk.mount(join(service.directory, 'own', directory), bytes);
    await service.start();
    await service.untilReady();
    client = await StorageClient.of(service);
    chat = await client.newChat();
    expect((await client.writeHistory(chat, 'PUT', 'old history')).status).toBe(204);
    return fileOf(await client.store(chat, 'old', old)).file_id;
  };

  const expectOldContent = async (fileId: string): Promise<void> => {
    expect((await client.content(chat, fileId)).bytes.equals(old)).toBe(true);
    expect(
      (await client.content(chat, fileId, { Range: 'bytes=5-9' })).bytes.equals(old.subarray(5, 10)),
    ).toBe(true);
    expect(await client.history(chat)).toBe('old history');
  };

  const expectSandboxesToWork = async (): Promise<void> => {
    const other = aChatId();
    expect((await service.create(other)).status).toBe(200);
    expect((await service.delete(other)).body.result).toBe('deleted');
  };

  const expectWritesToWork = async (): Promise<void> => {
    for (const way of WAYS) {
      const content = randomBytes(MIB / 2);
      const stored = await client.store(chat, `after ${way}`, content, way);
      expect(stored.status).toBe(201);
      expect((await client.content(chat, fileOf(stored).file_id)).bytes.equals(content)).toBe(true);
    }
    expect((await client.writeHistory(chat, 'POST', ', and new')).status).toBe(204);
    expect(await client.history(chat)).toBe('old history, and new');
    await client.untilNothingIsLeft();
    await eventually(
      async () => client.ledger.usedBytes === (await usageOf(join(client.chatsRoot, chat))),
      'the ledger is right',
    );
  };

  it.each([256 * 1024, 0])(
    'of content refuses writes and keeps what it has (%i bytes left)',
    async (left) => {
      const fileId = await startOn('chats', 6 * MIB);
      await disk.fill(left);
      const listed = await client.list(chat);
      for (const way of WAYS) {
        expect(outcomeOf(await client.store(chat, 'new', randomBytes(MIB), way))).toEqual(FULL);
        expect(outcomeOf(await client.store(chat, 'old', randomBytes(MIB), way))).toEqual(FULL);
      }
      const text = randomBytes(MIB).toString('hex');
      expect(outcomeOf(await client.writeHistory(chat, 'PUT', text))).toEqual(FULL);
      expect(outcomeOf(await client.writeHistory(chat, 'POST', text))).toEqual(FULL);
      await client.untilNothingIsLeft();
      await expectOldContent(fileId);
      expect(await client.list(chat)).toEqual(listed);
      expect(await client.usedBytes()).toBe(MIB + 'old history'.length);
      await expectSandboxesToWork();

      expect((await client.remove(chat, fileId)).status).toBe(204);
      expect((await client.store(chat, 'old', randomBytes(MIB))).status).toBe(201);
      await disk.free();
      await expectWritesToWork();
    },
  );

  it('of metadata refuses writes, keeps what it has, and records later what it could not', async () => {
    const fileId = await startOn('database', 4 * MIB);
    await disk.fill();
    // What the journal holds already takes a few more writes.
    const stored = new Map<string, Buffer>();
    const refusals: unknown[] = [];
    for (let tries = 0; tries < 400 && refusals.length < 5; tries += 1) {
      const content = randomBytes(1000);
      const answer = await client.store(chat, `file-${tries}`, content, WAYS[tries % WAYS.length]);
      if (answer.status === 201) stored.set(fileOf(answer).file_id, content);
      else refusals.push(outcomeOf(answer));
    }
    expect(refusals).toHaveLength(5);
    for (const refusal of refusals) expect([FULL, UNAVAILABLE]).toContainEqual(refusal);
    const history = outcomeOf(await client.writeHistory(chat, 'POST', 'more'));
    expect([FULL, UNAVAILABLE]).toContainEqual(history);
    const replaced = outcomeOf(await client.store(chat, 'old', randomBytes(MIB)));
    expect([FULL, UNAVAILABLE]).toContainEqual(replaced);
    // What cannot be recorded keeps nothing from being read.
    await writeFile(join(client.chatsRoot, chat, "the agent's"), 'new');
    await expectOldContent(fileId);
    expect(await client.usedBytes()).toBe(await usageOf(join(client.chatsRoot, chat)));
    expect((await client.list(chat)).map(({ file_id }) => file_id)).toEqual([fileId, ...stored.keys()]);
    await rm(join(client.chatsRoot, chat, "the agent's"));
    await expectSandboxesToWork();

    await disk.free();
    await client.untilNothingIsLeft();
    const files = await client.list(chat);
    expect(files.map(({ file_id }) => file_id).sort()).toEqual([fileId, ...stored.keys()].sort());
    expect(files.map(({ origin }) => origin)).toEqual(files.map(() => 'upload'));
    for (const [id, content] of stored)
      expect((await client.content(chat, id)).bytes.equals(content)).toBe(true);
    await expectWritesToWork();
  }, 120_000);
});
