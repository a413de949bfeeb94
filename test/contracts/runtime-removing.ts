import { describe, expect, it } from '@jest/globals';
import { MISSING_ID, run, type RuntimeWorld } from './runtime-world.js';

/** How containers go, and what holds for every method. */
export function itRemoves(world: () => RuntimeWorld): void {
  describe('remove', () => {
    it.each(['created', 'running', 'dead'])(
      'removes one that is %s, and says that it was there',
      async (state) => {
        const container = world().newContainer();
        const containerId =
          state === 'created'
            ? await world().runtime.create(container)
            : await run(world().runtime, container);
        if (state === 'dead') await world().kill(containerId);
        expect(await world().runtime.remove(containerId)).toBe(true);
        expect(await world().runtime.find(containerId)).toBeNull();
        expect(await world().runtime.remove(containerId)).toBe(false);
      },
    );

    it('removes one that is paused', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      await world().pause(containerId);
      expect(await world().runtime.remove(containerId)).toBe(true);
    });

    it('succeeds for all that ask at once', async () => {
      const containerId = await run(world().runtime, world().newContainer());
      const answers = await Promise.all([1, 2, 3].map(() => world().runtime.remove(containerId)));
      expect(answers).toContain(true);
      expect(await world().runtime.find(containerId)).toBeNull();
    });

    it('frees the name', async () => {
      const container = world().newContainer();
      await world().runtime.remove(await run(world().runtime, container));
      await expect(world().runtime.create(container)).resolves.toEqual(expect.any(String));
    });
  });

  describe('every method', () => {
    const calls: [string, () => Promise<unknown>][] = [
      ['makeNetwork', () => world().runtime.makeNetwork()],
      ['prepare', () => world().runtime.prepare()],
      ['ping', () => world().runtime.ping()],
    ];

    it.each(calls)('%s may be repeated', async (_, call) => {
      await call();
      await call();
    });

    it('keeps to the time of its caller, when there is none left', async () => {
      const attempts = [
        world().runtime.ping(0),
        world().runtime.list(0),
        world().runtime.find(MISSING_ID, 0),
        world().runtime.create(world().newContainer(), 0),
        world().runtime.remove(MISSING_ID, 0),
        world().runtime.stop(MISSING_ID, 5, 0),
      ];
      for (const result of await Promise.allSettled(attempts)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { failure: 'timed-out' } });
      }
    });
  });
}
