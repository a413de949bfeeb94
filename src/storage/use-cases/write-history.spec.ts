import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { aChat, WORKSPACE } from '../../../test/builders/storage.js';
import { NOW } from '../../../test/builders/times.js';
import { FileStore, NOTHING_UNDER_WAY } from '../../../test/fakes/file-store.js';
import { sent } from '../../../test/fakes/file-use-cases.js';
import {
  ChatNotFoundError,
  HistoryBusyError,
  HistoryChangedError,
  InvalidEncodingError,
  PayloadTooLargeError,
  WorkspaceQuotaExceededError,
} from '../domain/errors.js';

const MAX = 40;
const QUOTA = 60;
const HISTORY = 'history.md';

const tagOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the history of a chat', () => {
  let store: FileStore;
  beforeEach(async () => {
    store = await FileStore.open({ maxHistoryBytes: MAX, workspaceQuotaBytes: QUOTA });
  });
  afterEach(async () => {
    expect(await store.underWay()).toEqual(NOTHING_UNDER_WAY);
    await store.close();
  });

  const text = (): string | null => store.disk.textOf(CHAT, HISTORY);

  it('is empty at first', async () => {
    const { content, tag } = await store.getHistory.execute(CHAT);
    expect([content.facts.sizeBytes, tag]).toEqual([0, tagOf('')]);
  });

  it('is replaced, and extended, with the tag of what it is then', async () => {
    expect(await store.write('one\n', { mode: 'replace' })).toBe(tagOf('one\n'));
    expect(await store.write('two\n')).toBe(tagOf('one\ntwo\n'));
    expect((await store.getHistory.execute(CHAT)).tag).toBe(tagOf('one\ntwo\n'));
    expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(8);
    await store.write('', { mode: 'replace' });
    expect([text(), (await store.ledger.account(WORKSPACE)).usedBytes]).toEqual(['', 0]);
  });

  it('loses nothing of many that append at once', async () => {
    const lines = Array.from({ length: 15 }, (_, index) => String.fromCodePoint(97 + index) + '\n');
    await Promise.all(lines.map((line) => store.write(line)));
    expect(text()?.match(/.\n/g)?.sort()).toEqual(lines);
  });

  it('lets one of those replace it who have seen the same', async () => {
    const seen = await store.write('seen', { mode: 'replace' });
    const attempts = ['a', 'b', 'c'].map((content) =>
      store.write(content, { mode: 'replace', expected: [seen] }),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = store.write('d', { mode: 'replace', expected: [seen], source: unread() });
    await expect(refused).rejects.toBeInstanceOf(HistoryChangedError);
    expect(await store.write('e', { mode: 'replace', expected: 'any' })).toBe(tagOf('e'));
    expect(await store.write('f', { mode: 'replace', expected: [seen, tagOf('e')] })).toBe(tagOf('f'));
  });

  it('refuses what is no UTF-8, in whatever pieces it comes', async () => {
    await store.write('grüße', { source: sent('grüße', 1) });
    for (const bytes of [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80]]) {
      const refused = store.write(Uint8Array.from(bytes), { source: sent(Uint8Array.from(bytes), 1) });
      await expect(refused).rejects.toBeInstanceOf(InvalidEncodingError);
    }
    expect(text()).toBe('grüße');
  });

  it('holds so much and no more, whichever way it grows', async () => {
    await store.write('x'.repeat(MAX), { mode: 'replace' });
    const over = [
      store.write('y'),
      store.write('y', { declaredBytes: null }),
      store.write('y'.repeat(MAX + 1), { mode: 'replace' }),
      store.write('y'.repeat(MAX + 1), { mode: 'replace', declaredBytes: null }),
    ];
    for (const refused of over) await expect(refused).rejects.toBeInstanceOf(PayloadTooLargeError);
    expect(text()).toBe('x'.repeat(MAX));
    await store.write('z'.repeat(MAX), { mode: 'replace' });
  });

  it('counts for the quota', async () => {
    await store.store('a', 'x'.repeat(QUOTA - 10));
    await store.write('0123456789');
    await expect(store.write('x')).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
    await expect(store.write('x'.repeat(11), { mode: 'replace' })).rejects.toBeInstanceOf(
      WorkspaceQuotaExceededError,
    );
    await store.write('9876543210', { mode: 'replace' });
    expect(text()).toBe('9876543210');
  });

  it('makes no room of what the sandbox wrote into it and nobody has measured', async () => {
    await store.store('a', 'x'.repeat(QUOTA - 10));
    store.disk.plant(CHAT, HISTORY, 'x'.repeat(QUOTA));
    await store.write('y', { mode: 'replace' });
    expect((await store.ledger.account(WORKSPACE)).usedBytes).toBe(QUOTA - 9);
    await expect(store.store('b', 'x'.repeat(10))).rejects.toBeInstanceOf(WorkspaceQuotaExceededError);
  });

  it('begins anew where the sandbox has put something else', async () => {
    store.disk.plantObstacle(CHAT, HISTORY, 'symlink');
    await store.write('anew');
    expect([text(), store.disk.remnants.get(CHAT)?.kind]).toEqual(['anew', 'symlink']);
  });

  it.each([1, 2, 5])('takes in what the sandbox writes into it meanwhile, %i times', async (times) => {
    let places = 0;
    store.history.beforePlace = () => {
      places += 1;
      if (places <= times) store.disk.plant(CHAT, HISTORY, `agent ${places}\n`);
    };
    await store.write('client\n');
    expect([text(), places]).toEqual([`agent ${times}\nclient\n`, times + 1]);
  });

  it('gives up where the sandbox never lets go of it', async () => {
    store.history.beforePlace = () => {
      store.disk.plant(CHAT, HISTORY, 'again\n');
    };
    await expect(store.write('client\n')).rejects.toBeInstanceOf(HistoryBusyError);
    expect(text()).toBe('again\n');
  });

  it('does not let a line of writers wait for as long as each of them might try', async () => {
    let places = 0;
    store.history.place = async () => {
      places += 1;
      await sleep(150);
      return false;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((line) => store.write(line)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    // Twenty of the first one at most, within 2 s; three of each that had to wait until the time was over.
    expect(places).toBeLessThanOrEqual(20 + 2 * 3);
  });

  it('is made anew where its directory was removed by hand', async () => {
    await store.chatContent.discard(CHAT);
    expect((await store.getHistory.execute(CHAT)).tag).toBe(tagOf(''));
    await store.chatContent.discard(CHAT);
    await store.write('anew');
    expect(text()).toBe('anew');
  });

  it('makes no directory for a chat that was deleted while its text was on the way', async () => {
    const remove = async (): Promise<void> => {
      await store.chats.mark(CHAT, NOW);
      await store.chats.dropMarked(CHAT, () => store.chatContent.discard(CHAT));
    };
    const late = async function* (): AsyncGenerator<Uint8Array> {
      yield* sent('too');
      await remove();
      yield* sent(' late');
    };
    await expect(store.write('', { source: late() })).rejects.toBeInstanceOf(ChatNotFoundError);
    expect(store.disk.directories.size).toBe(0);
    await store.chats.add(aChat());
    await store.chatContent.ensureLayout(CHAT);
    const find = store.chats.find.bind(store.chats);
    store.chats.find = async (chatId) => {
      const chat = await find(chatId);
      await remove();
      return chat;
    };
    await expect(store.getHistory.execute(CHAT)).rejects.toBeInstanceOf(ChatNotFoundError);
    expect(store.disk.directories.size).toBe(0);
  });

  it('is that of a chat that is there', async () => {
    await expect(store.write('x', { chatId: aUuid(99) })).rejects.toBeInstanceOf(ChatNotFoundError);
    await expect(store.getHistory.execute(aUuid(99))).rejects.toBeInstanceOf(ChatNotFoundError);
  });
});

/** A source that must not be read. */
const unread = (): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    throw new Error('it was read');
  },
});
