import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HISTORY_NAME } from '../../src/storage/domain/attachment-name.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { type ContentWorld, stage } from './content-world.js';

const LIMIT_MS = 10_000;

/** What every WorkspaceUsageReader promises. */
export function itIsAUsageReader(open: () => Promise<ContentWorld>): void {
  describe('as a WorkspaceUsageReader', () => {
    let world: ContentWorld;
    beforeEach(async () => {
      world = await open();
      await world.makeChat(CHAT);
      await world.makeChat(OTHER_CHAT);
    });
    afterEach(() => world.close());

    it('sums up the files of each chat that is asked for, the history included', async () => {
      await world.plant(CHAT, HISTORY_NAME, 'x'.repeat(10));
      await world.plant(CHAT, 'a', 'x'.repeat(5));
      await world.plantObstacle(CHAT, 'link', 'symlink');
      await world.plant(OTHER_CHAT, 'b', 'x'.repeat(7));
      const [missing, notAsked] = [aUuid(3), aUuid(4)];
      await world.makeChat(notAsked);
      await world.plant(notAsked, 'c', 'x');
      const { bytesByChat, isComplete } = await world.usage.measure([CHAT, missing, OTHER_CHAT], LIMIT_MS);
      expect([...bytesByChat]).toEqual([
        [CHAT, 15],
        [missing, 0],
        [OTHER_CHAT, 7],
      ]);
      expect(isComplete).toBe(true);
    });

    it('agrees with the facts of what was placed, and does not count what has no name yet', async () => {
      await using placed = await stage(world, 'x'.repeat(4000));
      await using unplaced = await stage(world, 'x'.repeat(4000));
      expect(unplaced.identity).not.toBe(placed.identity);
      await world.attachments.place(CHAT, 'name', placed, 'new');
      const facts = await world.attachments.find(CHAT, 'name');
      const { bytesByChat } = await world.usage.measure([CHAT], LIMIT_MS);
      expect(bytesByChat.get(CHAT)).toBe(facts?.chargedBytes);
    });

    it('measures nothing where nothing is asked for', async () => {
      await world.plant(CHAT, 'a', 'x');
      expect((await world.usage.measure([], LIMIT_MS)).bytesByChat.size).toBe(0);
    });
  });
}
