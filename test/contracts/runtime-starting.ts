import { describe, expect, it } from '@jest/globals';
import { failing, MISSING_ID, run, type RuntimeWorld } from './runtime-world.js';

/** How containers come to be, and end. */
export function itMakesAndStarts(world: () => RuntimeWorld): void {
  describe('create', () => {
    it('makes a container that is not started and claims what it was given', async () => {
      const container = world().newContainer();
      const containerId = await world().runtime.create(container);
      expect(await world().runtime.find(containerId)).toEqual({
        containerId,
        ownership: 'ours',
        hasChatName: true,
        state: 'created',
        ip: null,
        networkHolderId: null,
        exitCode: null,
        claim: container.claim,
      });
    });

    it('gives each chat one name, so that a second container is refused', async () => {
      const container = world().newContainer();
      await world().runtime.create(container);
      await expect(world().runtime.create(container)).rejects.toEqual(failing('name-taken'));
      await expect(world().twin.create(container)).rejects.toEqual(failing('name-taken'));
    });

    it('gives one of many that try at once the name', async () => {
      const container = world().newContainer();
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => world().runtime.create(container)),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of tries.filter((each) => each.status === 'rejected')) {
        expect(result.reason).toEqual(failing('name-taken'));
      }
    });

    it('is refused where a foreign container bears the name', async () => {
      const container = world().newContainer();
      await world().placeForeign(container.claim.chatId);
      await expect(world().runtime.create(container)).rejects.toEqual(failing('name-taken'));
    });

    it('does not get into the way of another instance', async () => {
      const container = world().newContainer();
      await world().runtime.create(container);
      await expect(world().stranger.create(container)).resolves.toEqual(expect.any(String));
    });

    it('says that the image is missing', async () => {
      await expect(world().imageless.create(world().newContainer())).rejects.toEqual(
        failing('image-missing'),
      );
    });

    it('says that a source of a mount is missing, and leaves nothing behind', async () => {
      const container = world().newContainer({ volumeHostPath: world().missingDirectory });
      const attempt = async (): Promise<string> => run(world().runtime, container);
      await expect(attempt()).rejects.toEqual(failing('mount-source-missing'));
    });
  });

  describe('start', () => {
    it('runs it, with an address of its own', async () => {
      const [one, other] = [
        await run(world().runtime, world().newContainer()),
        await run(world().runtime, world().newContainer()),
      ];
      const views = await Promise.all([one, other].map((id) => world().runtime.find(id)));
      expect(views).toMatchObject([{ state: 'running' }, { state: 'running' }]);
      const ips = views.map((view) => view?.ip ?? '');
      for (const ip of ips) expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(new Set(ips).size).toBe(2);
    });

    it('may be repeated', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await expect(world().runtime.start(containerId)).resolves.toBeUndefined();
    });

    it('says that there is no such container', async () => {
      await expect(world().runtime.start(MISSING_ID)).rejects.toEqual(failing('no-such-container'));
    });
  });

  describe('start on a network that is full', () => {
    it('says so, and the next container goes on another one, where every runtime of the instance finds it', async () => {
      const container = world().newContainer();
      const refused = await world().runtime.create(container);
      const release = await world().fillNetwork();
      try {
        await expect(world().runtime.start(refused)).rejects.toEqual(failing('network-full'));
        expect(await world().runtime.find(refused)).toMatchObject({ state: 'created', ip: null });
        await world().runtime.remove(refused);

        const containerId = await run(world().runtime, container);
        const view = await world().runtime.find(containerId);
        expect(view).toMatchObject({ state: 'running', ip: expect.stringMatching(/^\d+(\.\d+){3}$/) });
        expect(await world().twin.find(containerId)).toEqual(view);
        expect(await world().twin.list()).toEqual([view]);
      } finally {
        await release();
      }
    });
  });

  describe('stop', () => {
    it('ends what runs, and tells how', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await world().runtime.stop(containerId, 2);
      expect(await world().runtime.find(containerId)).toMatchObject({
        state: 'dead',
        ip: null,
        exitCode: expect.any(Number),
      });
    });

    it('may be repeated, and succeeds where nothing runs or nothing is', async () => {
      const created = await world().runtime.create(world().newContainer());
      await expect(world().runtime.stop(created, 1)).resolves.toBeUndefined();
      await expect(world().runtime.stop(MISSING_ID, 1)).resolves.toBeUndefined();
    });
  });
}
