import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../builders/ids.js';
import { chunksOf, type ContentWorld, readAndClose, stage, textIn } from './content-world.js';

/** What every StagingArea promises. */
export function itIsAStagingArea(open: () => Promise<ContentWorld>): void {
  describe('as a StagingArea', () => {
    let world: ContentWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    it('holds what was written and appended, in its order, before and after it is sealed', async () => {
      await using staged = await world.staging.stage();
      await staged.write(chunksOf('one ', 'two '));
      await world.makeChat(CHAT);
      await world.plant(CHAT, 'other', 'x'.repeat(300_000));
      await using other = await world.attachments.open(CHAT, 'other');
      if (other !== null) await staged.append(other);
      await staged.write(chunksOf('', ' end'));
      const expected = `one two ${'x'.repeat(300_000)} end`;
      expect(await textIn(staged.readBack())).toBe(expected);
      expect(await staged.seal()).toMatchObject({ sizeBytes: expected.length, identity: staged.identity });
      expect(await textIn(staged.readBack())).toBe(expected);
    });

    it('holds nothing where nothing was written, or what is empty was appended', async () => {
      await using staged = await world.staging.stage();
      await world.makeChat(CHAT);
      await using empty = await world.histories.open(CHAT);
      await staged.append(empty);
      expect(await staged.seal()).toMatchObject({ sizeBytes: 0, chargedBytes: 0 });
    });

    it('throws on what the source throws, and has ended the source when it was broken off', async () => {
      await using staged = await world.staging.stage();
      let hasEnded = false;
      const failing = (async function* () {
        try {
          yield* chunksOf('some');
          throw new Error('the client left');
        } finally {
          hasEnded = true;
        }
      })();
      await expect(staged.write(failing)).rejects.toThrow('the client left');
      expect(hasEnded).toBe(true);
    });

    it('is neither abandoned nor listed while it is held, and gone once let go of', async () => {
      const staged = await stage(world, 'x');
      expect(await world.staging.isAbandoned(staged.stagedName)).toBe(false);
      expect(await world.staging.listAbandoned()).toEqual([]);
      await staged[Symbol.asyncDispose]();
      expect(await world.staging.isAbandoned(staged.stagedName)).toBe(true);
      expect(await world.staging.listAbandoned()).toEqual([]);
    });

    it('leaves alone what another process holds, and finds and removes it when that has died', async () => {
      const { stagedName } = await world.otherStaging.stage();
      expect(await world.staging.isAbandoned(stagedName)).toBe(false);
      await world.endOther();
      expect(await world.staging.isAbandoned(stagedName)).toBe(true);
      expect(await world.staging.listAbandoned()).toEqual([stagedName]);
      await world.staging.remove(stagedName);
      await world.staging.remove(stagedName);
      expect(await world.staging.listAbandoned()).toEqual([]);
    });

    it('keeps what has got its name when it is let go of', async () => {
      const staged = await stage(world, 'kept');
      await world.makeChat(CHAT);
      await world.attachments.place(CHAT, 'name', staged, 'new');
      await staged[Symbol.asyncDispose]();
      expect(await readAndClose(world.attachments.open(CHAT, 'name'))).toBe('kept');
      expect(await world.attachments.find(CHAT, 'name')).toMatchObject({ identity: staged.identity });
    });

    it('takes no file for one that has gone, although the system gives its number to the next', async () => {
      const identities = new Set<string>();
      for (let count = 0; count < 20; count += 1) {
        await using staged = await stage(world, 'soon gone');
        identities.add(staged.identity);
      }
      expect(identities.size).toBe(20);
    });
  });
}
