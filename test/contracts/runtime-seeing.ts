import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { failing, MISSING_ID, run, type RuntimeWorld } from './runtime-world.js';

/** How containers are seen, whoever made them. */
export function itSees(world: () => RuntimeWorld): void {
  describe('find and findByChat', () => {
    it('find the same container', async () => {
      const container = world().newContainer();
      const containerId = await run(world().runtime, container);
      const found = await world().runtime.find(containerId);
      expect(found).toMatchObject({ containerId, claim: container.claim });
      expect(await world().runtime.findByChat(container.claim.chatId)).toEqual(found);
      expect(await world().twin.findByChat(container.claim.chatId)).toEqual(found);
    });

    it('find nothing where there is nothing', async () => {
      expect(await world().runtime.find(MISSING_ID)).toBeNull();
      expect(await world().runtime.findByChat(world().newContainer().claim.chatId)).toBeNull();
    });

    it('see a paused one as dead', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await world().pause(containerId);
      expect(await world().runtime.find(containerId)).toMatchObject({ state: 'dead' });
    });

    it('see one that was killed as dead, with its exit code and without an address', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await world().kill(containerId);
      await eventually(async () => (await world().runtime.find(containerId))?.state === 'dead', 'it is dead');
      expect(await world().runtime.find(containerId)).toMatchObject({ ip: null, exitCode: 137 });
    });

    it('see a foreign one that bears the name as foreign, and claim nothing for it', async () => {
      const { chatId } = world().newContainer().claim;
      const containerId = await world().placeForeign(chatId);
      expect(await world().runtime.findByChat(chatId)).toMatchObject({
        containerId,
        ownership: 'foreign',
        claim: null,
        hasChatName: false,
      });
    });

    it('see one with labels of another schema as unreadable', async () => {
      const { chatId } = world().newContainer().claim;
      await world().placeUnreadable(chatId);
      expect(await world().runtime.findByChat(chatId)).toMatchObject({
        ownership: 'unreadable',
        claim: null,
      });
    });

    it("see another instance's as foreign", async () => {
      const containerId = await world().stranger.create(world().newContainer());
      expect(await world().runtime.find(containerId)).toMatchObject({ ownership: 'foreign', claim: null });
    });
  });

  describe('list', () => {
    it('gives all of this instance, in any state, as find sees them', async () => {
      const running = await run(world().runtime, world().newContainer());
      const created = await world().runtime.create(world().newContainer());
      const dead = await run(world().runtime, world().newContainer());
      await world().kill(dead);
      await eventually(async () => (await world().runtime.find(dead))?.state === 'dead', 'it is dead');
      const expected = await Promise.all([running, created, dead].map((id) => world().runtime.find(id)));
      const listed = await world().runtime.list();
      expect(listed).toHaveLength(3);
      for (const container of expected) expect(listed).toContainEqual({ ...container, exitCode: null });
    });

    it('gives what cannot be read, and neither what is foreign nor what is another instance’s', async () => {
      const unreadable = await world().placeUnreadable(world().newContainer().claim.chatId);
      await world().placeForeign(world().newContainer().claim.chatId);
      await world().stranger.create(world().newContainer());
      expect((await world().runtime.list()).map(({ containerId }) => containerId)).toEqual([unreadable]);
    });

    it('is empty where there is none', async () => {
      expect(await world().runtime.list()).toEqual([]);
    });
  });

  describe('readOutput', () => {
    it('gives what it wrote', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await eventually(
        async () => (await world().runtime.readOutput(containerId)) === world().output,
        'it has written',
      );
    });

    it('is empty for one that was never started', async () => {
      expect(await world().runtime.readOutput(await world().runtime.create(world().newContainer()))).toBe('');
    });

    it('says that there is no such container', async () => {
      await expect(world().runtime.readOutput(MISSING_ID)).rejects.toEqual(failing('no-such-container'));
    });
  });
}
