import { link, rename, unlink, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenContent } from '../../src/storage/domain/content.js';
import { CHAT } from '../builders/ids.js';
import { LocalContent } from '../support/local-content.js';

const ROUNDS = 1500;

/** Goes on with the work, again and again, until the other one has ended. */
async function during(other: Promise<unknown>, work: () => Promise<void>): Promise<void> {
  const state = { isOver: false };
  const watched = other.finally(() => (state.isOver = true));
  while (!state.isOver) await work();
  await watched;
}

async function textOf(content: OpenContent): Promise<string> {
  await using file = content;
  if (file.facts.sizeBytes === 0) return '';
  return (await buffer(file.read(0, file.facts.sizeBytes - 1))).toString();
}

describe('files whose names pass to others while they are being opened', () => {
  let content: LocalContent;

  beforeEach(async () => {
    content = await LocalContent.create();
    await content.chats.ensureLayout(CHAT);
  });
  afterEach(() => content.close());

  /** As whoever writes a whole file at once does. */
  const replace = async (name: string): Promise<void> => {
    const draft = content.pathTo(CHAT, '.draft');
    await writeFile(draft, 'whole');
    await rename(draft, content.pathTo(CHAT, name));
  };

  it('finds a file at every moment while it is being replaced', async () => {
    await replace('report');
    const missed: string[] = [];
    const reading = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const opened = await content.attachments.open(CHAT, 'report');
        if (opened === null) missed.push('open');
        else expect(await textOf(opened)).toBe('whole');
        if ((await content.attachments.find(CHAT, 'report')) === null) missed.push('find');
      }
    };
    await during(reading(), () => replace('report'));
    expect(missed.length).toBe(0);
    expect(content.hostileKinds).toEqual(new Set());
  });

  it('never takes a history aside that the agent is replacing', async () => {
    await replace('history.md');
    const reading = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1)
        expect(await textOf(await content.histories.open(CHAT))).toBe('whole');
    };
    await during(Promise.all([reading(), reading()]), () => replace('history.md'));
    expect(content.logger.events).not.toContain('history_moved_aside');
  });

  it('never opens a file of the host by a hard link that is just being taken away', async () => {
    const outside = content.outside('secret');
    await writeFile(outside, 'secret');
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const opened = await content.attachments.open(CHAT, 'planted');
        if (opened !== null) seen.push(await textOf(opened));
      }
    };
    await during(Promise.all([reading(), reading()]), async () => {
      await link(outside, content.pathTo(CHAT, 'planted'));
      await unlink(content.pathTo(CHAT, 'planted'));
    });
    expect(seen.length).toBe(0);
  });
});
