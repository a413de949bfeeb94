import { mkdir, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChatNotFoundError, HistoryBusyError } from '../../src/storage/domain/errors.js';
import { CHAT } from '../builders/ids.js';
import { readAndClose, stage } from '../contracts/content-world.js';
import { LocalContent, QUICK_DISK } from '../support/local-content.js';

const ROUNDS = 50;
const MAKINGS = 100;

describe('a chat that is deleted while requests for it are on their way', () => {
  let local: LocalContent;
  beforeEach(async () => {
    local = await LocalContent.create(QUICK_DISK);
  });
  afterEach(() => local.close());

  async function write(): Promise<void> {
    await using present = await local.histories.open(CHAT);
    await using staged = await stage(local, 'late');
    await local.histories.place(CHAT, staged, present.facts.version);
  }

  const requests: [string, () => Promise<unknown>][] = [
    ['the history is read', () => readAndClose(local.histories.open(CHAT))],
    ['the history is written', write],
    ['the files are cleared', () => local.attachments.clear(CHAT)],
    ['the files are listed', () => local.attachments.listEntries(CHAT, 10)],
  ];

  it.each(requests)('leaves nothing behind, and no other error, when %s', async (_, request) => {
    const errors: unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await local.chats.ensureDirectory(CHAT);
      // What is to be moved aside, and would stay as the remnant of a chat that is gone.
      if (round % 2 === 0) await mkdir(local.pathTo(CHAT, 'history.md'));
      const attempts = await Promise.allSettled([request(), local.chats.discard(CHAT), request()]);
      errors.push(
        ...attempts.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : [])),
      );
    }
    const isExpected = (error: unknown): boolean =>
      error instanceof ChatNotFoundError || error instanceof HistoryBusyError;
    expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    await local.pile.whenRemoved(20_000);
    await local.pile.removeAll();
    await local.pile.whenRemoved(20_000);
    expect(await readdir(local.chatsRoot)).toEqual([]);
  });

  it('can be made anew at every moment', async () => {
    const state = { isOver: false };
    const make = async (): Promise<void> => {
      for (let round = 0; round < MAKINGS; round += 1) await local.chats.ensureLayout(CHAT);
    };
    const makings = Promise.all([make(), make(), make()]).finally(() => (state.isOver = true));
    const discard = async (): Promise<void> => {
      while (!state.isOver) await local.chats.discard(CHAT);
    };
    await Promise.all([makings, discard()]);
    expect(await readdir(await local.chats.ensureLayout(CHAT))).toEqual(['history.md']);
  });
});
