import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { usageOf } from '../support/disk-usage.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { fileOf, type RawAnswer, StorageClient, WAYS } from '../support/storage-client.js';

/** Whole blocks of any file system, so that what counts is the size. */
const SIZE = 64 * 1024;
const FITTING = 10;
const QUOTA = FITTING * SIZE;
const TRIES = 50;
const CHATS = 5;

const someBytes = (size = SIZE): Buffer => randomBytes(size);
const someText = (size = SIZE): string => randomBytes(size / 2).toString('hex');
const QUOTA_EXCEEDED = [413, 'workspace_quota_exceeded'];
const statusesOf = (answers: readonly RawAnswer[]): unknown[] =>
  answers.map(({ status, detail }) => (status < 300 ? status : [status, detail]));

describe('the quota of a workspace', () => {
  let service: Service;
  let client: StorageClient;
  let chats: string[];

  beforeAll(async () => {
    service = await Service.start({
      APP_STORAGE_WORKSPACE_QUOTA_BYTES: String(QUOTA),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
    });
  });
  beforeEach(async () => {
    client = await StorageClient.of(service);
    chats = await Promise.all(Array.from({ length: CHATS }, () => client.newChat()));
  });
  afterAll(() => service.dispose());

  const chat = (index = 0): string => chats[index % CHATS] ?? '';

  /** @returns the most bytes that were seen in the chats while the work ran, and after it */
  const peakDuring = async (work: Promise<unknown>): Promise<number> => {
    const run = { isOver: false, peak: 0 };
    const watch = async (): Promise<void> => {
      const ofChats = await Promise.all(chats.map((chatId) => usageOf(join(client.chatsRoot, chatId))));
      run.peak = Math.max(
        run.peak,
        ofChats.reduce((sum, bytes) => sum + bytes, 0),
      );
    };
    const watching = (async (): Promise<void> => {
      while (!run.isOver) await watch();
    })();
    await work.finally(() => {
      run.isOver = true;
    });
    await watching;
    await watch();
    return run.peak;
  };

  const storedFiles = async (): Promise<string[]> =>
    (await Promise.all(chats.map((chatId) => client.list(chatId)))).flat().map(({ name }) => name);

  const fill = async (count = FITTING): Promise<RawAnswer[]> => {
    const answers: RawAnswer[] = [];
    for (let index = 0; index < count; index += 1)
      answers.push(await client.store(chat(), `file-${index}`, someBytes()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    return answers;
  };

  it.each(['put', 'form'] as const)('lets in exactly as many as fit, of many at once (%s)', async (way) => {
    const content = someBytes();
    const storing = Promise.all(
      Array.from({ length: TRIES }, (_, index) => client.store(chat(index), `file-${index}`, content, way)),
    );
    expect(await peakDuring(storing)).toBe(QUOTA);
    const answers = await storing;
    const taken = answers.filter(({ status }) => status === 201).map((answer) => fileOf(answer).name);
    expect(taken).toHaveLength(FITTING);
    expect(statusesOf(answers.filter(({ status }) => status !== 201))).toEqual(
      Array.from({ length: TRIES - FITTING }, () => QUOTA_EXCEEDED),
    );
    expect((await storedFiles()).sort()).toEqual(taken.sort());
    expect(await client.usedBytes()).toBe(QUOTA);
    await client.untilNothingIsLeft();
  });

  it('is never passed by many of unknown length, and what they have reserved is free again', async () => {
    const content = someBytes();
    const storing = Promise.all(
      Array.from({ length: TRIES }, (_, index) =>
        client.store(chat(index), `file-${index}`, content, 'chunked put'),
      ),
    );
    expect(await peakDuring(storing)).toBeLessThanOrEqual(QUOTA);
    const answers = await storing;
    // Each takes what it needs as it comes, so all of them may run out of it together.
    const taken = answers.filter(({ status }) => status === 201).length;
    expect(taken).toBeLessThanOrEqual(FITTING);
    expect(statusesOf(answers.filter(({ status }) => status !== 201))).toEqual(
      Array.from({ length: TRIES - taken }, () => QUOTA_EXCEEDED),
    );
    expect(await storedFiles()).toHaveLength(taken);
    await client.untilNothingIsLeft();
    for (let index = taken; index < FITTING; index += 1)
      expect((await client.store(chat(), `more-${index}`, content, 'chunked put')).status).toBe(201);
    const last = await client.store(chat(), 'too much', someBytes(1), 'chunked put');
    expect([last.status, last.detail]).toEqual(QUOTA_EXCEEDED);
  });

  it('holds for histories: as many appends as fit, each whole', async () => {
    const texts = Array.from({ length: TRIES }, () => someText());
    const appending = Promise.all(texts.map((text, index) => client.writeHistory(chat(index), 'POST', text)));
    expect(await peakDuring(appending)).toBe(QUOTA);
    const answers = await appending;
    const taken = texts.filter((_, index) => answers[index]?.status === 204);
    expect(taken).toHaveLength(FITTING);
    expect(statusesOf(answers.filter(({ status }) => status !== 204))).toEqual(
      Array.from({ length: TRIES - FITTING }, () => QUOTA_EXCEEDED),
    );
    const histories = await Promise.all(chats.map((chatId) => client.history(chatId)));
    const found = histories.flatMap((text) => text.match(new RegExp(`.{${SIZE}}`, 'g')) ?? []);
    expect(found.sort()).toEqual(taken.sort());
    await client.untilNothingIsLeft();
    const before = await client.history(chat());
    const replaced = await client.writeHistory(chat(), 'PUT', someText(before.length + 2));
    expect([replaced.status, replaced.detail]).toEqual(QUOTA_EXCEEDED);
    expect(await client.history(chat())).toBe(before);
    expect((await client.writeHistory(chat(), 'PUT', 'short')).status).toBe(204);
  });

  it('has room at once for what was deleted', async () => {
    const answers = await fill();
    for (const answer of answers.slice(0, 3)) {
      expect(statusesOf([await client.store(chat(1), 'next', someBytes(1))])).toEqual([QUOTA_EXCEEDED]);
      expect((await client.remove(chat(), fileOf(answer).file_id)).status).toBe(204);
      expect((await client.store(chat(1), `for ${fileOf(answer).name}`, someBytes())).status).toBe(201);
    }
    expect((await client.send(`/chats/${chat()}/files`, { method: 'DELETE' })).status).toBe(204);
    expect((await client.store(chat(1), 'large', someBytes(7 * SIZE))).status).toBe(201);
    expect((await client.send(`/chats/${chat(1)}`, { method: 'DELETE' })).status).toBe(204);
    expect((await client.store(chat(), 'largest', someBytes(QUOTA))).status).toBe(201);
  });

  it('counts what an agent writes by the next sweep, and what it removes at once', async () => {
    await fill(5);
    const ofAgent = join(client.chatsRoot, chat(2), "the agent's");
    await writeFile(ofAgent, someBytes(5 * SIZE));
    await eventually(() => client.ledger.usedBytes === QUOTA, 'the sweep has counted it', 5000);
    expect(statusesOf([await client.store(chat(), 'next', someBytes(1))])).toEqual([QUOTA_EXCEEDED]);
    await rm(ofAgent);
    expect((await client.store(chat(), 'next', someBytes(5 * SIZE))).status).toBe(201);
  });

  it.each(WAYS)('leaves room to replace a file where it is nearly used up (%s)', async (way) => {
    await fill();
    const content = someBytes();
    const replaced = await client.store(chat(), 'file-0', content, way);
    expect(replaced.status).toBe(200);
    const larger = await client.store(chat(), 'file-0', someBytes(SIZE + 1), way);
    expect([larger.status, larger.detail]).toEqual(QUOTA_EXCEEDED);
    const { file_id } = fileOf(replaced);
    expect((await client.content(chat(), file_id)).bytes.equals(content)).toBe(true);
    expect((await client.store(chat(), 'file-0', someBytes(1), way)).status).toBe(200);
    expect(await client.usedBytes()).toBe(QUOTA - SIZE + 1);
    await client.untilNothingIsLeft();
  });
});
