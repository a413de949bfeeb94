import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HISTORY_NAME } from '../../src/storage/domain/attachment-name.js';
import { ChatNotFoundError } from '../../src/storage/domain/errors.js';
import { CHAT, OTHER_CHAT } from '../builders/ids.js';
import { type ContentWorld, OBSTACLES, readAndClose, stage } from './content-world.js';

/** What every HistoryContent promises. */
export function itIsAHistoryContent(open: () => Promise<ContentWorld>): void {
  describe('as a HistoryContent', () => {
    let world: ContentWorld;
    beforeEach(async () => {
      world = await open();
      await world.makeChat(CHAT);
    });
    afterEach(() => world.close());

    const read = (): Promise<string | null> => readAndClose(world.histories.open(CHAT));
    const version = async (): Promise<string> => {
      await using content = await world.histories.open(CHAT);
      return content.facts.version;
    };
    const place = async (content: string, expectedVersion: string): Promise<boolean> => {
      await using staged = await stage(world, content);
      return await world.histories.place(CHAT, staged, expectedVersion);
    };

    it('begins with an empty one', async () => {
      expect(await read()).toBe('');
      expect(await world.textOf(CHAT, HISTORY_NAME)).toBe('');
    });

    it('replaces the one that is expected', async () => {
      expect(await place('first', await version())).toBe(true);
      expect(await place('second', await version())).toBe(true);
      expect(await read()).toBe('second');
    });

    it('replaces no other: not one that was placed, changed or taken away since', async () => {
      const atFirst = await version();
      expect(await place('first', atFirst)).toBe(true);
      expect(await place('late', atFirst)).toBe(false);
      const placed = await version();
      await world.plant(CHAT, HISTORY_NAME, 'by the agent');
      expect(await place('late', placed)).toBe(false);
      expect(await read()).toBe('by the agent');
      const changed = await version();
      await world.plantObstacle(CHAT, HISTORY_NAME, 'directory');
      expect(await place('late', changed)).toBe(false);
      expect(await read()).toBe('');
    });

    it('digests the bytes, or beyond a limit gives the version', async () => {
      for (const content of ['', 'äöü'.repeat(1000)]) {
        await place(content, await version());
        await using history = await world.histories.open(CHAT);
        const expected = createHash('sha256').update(content).digest('hex');
        expect(await world.histories.digest(history, Buffer.byteLength(content))).toBe(expected);
      }
      await using history = await world.histories.open(CHAT);
      expect(await world.histories.digest(history, 5999)).toBe(history.facts.version);
    });

    it.each(OBSTACLES)('begins anew where a %s has taken its place', async (kind) => {
      await place('lost', await version());
      await world.plantObstacle(CHAT, HISTORY_NAME, kind);
      expect(await read()).toBe('');
      expect(await place('new', await version())).toBe(true);
      expect(await read()).toBe('new');
    });

    it('has none of a chat without a directory, and makes none', async () => {
      await expect(world.histories.open(OTHER_CHAT)).rejects.toBeInstanceOf(ChatNotFoundError);
      await using staged = await stage(world, 'late');
      expect(await world.histories.place(OTHER_CHAT, staged, await version())).toBe(false);
      expect(await world.attachments.directoryVersion(OTHER_CHAT)).toBe('');
    });

    it('begins anew again and again', async () => {
      for (const kind of [...OBSTACLES, ...OBSTACLES]) {
        await world.plantObstacle(CHAT, HISTORY_NAME, kind);
        expect(await read()).toBe('');
      }
    });
  });
}
