import { describe, expect, it } from '@jest/globals';
import type { NetworkHolder } from '../../src/sandbox/domain/network-holder.js';
import { eventually } from '../support/eventually.js';
import { failing, run, type RuntimeWorld } from './runtime-world.js';

/** How sandboxes come by networks that waited for them, and what becomes of these. */
export function itSharesNoNetwork(world: () => RuntimeWorld): void {
  const holders = async (): Promise<readonly NetworkHolder[]> => (await world().runtime.survey()).holders;
  const holderOf = async (containerId: string): Promise<string> => {
    const holderId = (await world().runtime.find(containerId))?.networkHolderId ?? null;
    if (holderId === null) throw new Error('it has a network of its own');
    return holderId;
  };

  describe('a ready network', () => {
    it('is seen as one that waits, by whoever looks, and is no sandbox', async () => {
      await world().fillPool(1);
      expect(await holders()).toMatchObject([{ isTaken: false, isReferenced: false, state: 'running' }]);
      expect(await world().twin.survey()).toEqual(await world().runtime.survey());
      expect((await world().stranger.survey()).holders).toEqual([]);
      expect(await world().runtime.list()).toEqual([]);
    });

    it('is given to one sandbox, which is reached by its address', async () => {
      await world().fillPool(2);
      const ids = [];
      for (let made = 0; made < 3; made += 1) ids.push(await run(world().runtime, world().newContainer()));
      const found = await Promise.all(ids.map((id) => world().runtime.find(id)));
      expect(found.map((container) => typeof container?.networkHolderId)).toEqual([
        'string',
        'string',
        'object',
      ]);
      expect(new Set(found.map((container) => container?.ip)).size).toBe(3);
      for (const container of found) expect(container?.ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await holders()).toMatchObject([1, 2].map(() => ({ isTaken: true, isReferenced: true })));
      const { containers } = await world().twin.survey();
      for (const container of found) expect(containers).toContainEqual({ ...container, exitCode: null });
    });

    it('is not given to another process', async () => {
      await world().fillPool(1);
      const containerId = await run(world().twin, world().newContainer());
      expect(await world().runtime.find(containerId)).toMatchObject({ networkHolderId: null });
      expect(await holders()).toMatchObject([{ isTaken: false }]);
    });

    it('is not given to a sandbox that is to have its own', async () => {
      await world().fillPool(1);
      const containerId = await run(world().runtime, { ...world().newContainer(), ownNetwork: true });
      expect(await world().runtime.find(containerId)).toMatchObject({ networkHolderId: null });
    });

    it('waits on where no container was made', async () => {
      const container = world().newContainer();
      await world().runtime.create(container);
      await world().fillPool(1);
      await expect(world().runtime.create(container)).rejects.toEqual(failing('name-taken'));
      const containerId = await run(world().runtime, world().newContainer());
      expect(await holders()).toMatchObject([{ holderId: await holderOf(containerId) }]);
    });
  });

  describe('a network that was taken', () => {
    it.each(['runtime', 'twin'] as const)(
      'goes with its sandbox, whoever removes that: the %s',
      async (by) => {
        await world().fillPool(1);
        const containerId = await run(world().runtime, world().newContainer());
        expect(await world()[by].remove(containerId)).toBe(true);
        expect(await holders()).toEqual([]);
      },
    );

    it('goes with a sandbox that was never started', async () => {
      await world().fillPool(1);
      const containerId = await world().runtime.create(world().newContainer());
      expect(await world().runtime.remove(containerId)).toBe(true);
      expect(await holders()).toEqual([]);
    });

    it('may be started in again', async () => {
      await world().fillPool(1);
      const containerId = await run(world().runtime, world().newContainer());
      await world().runtime.start(containerId);
      expect(await world().runtime.find(containerId)).toMatchObject({
        state: 'running',
        ip: expect.any(String),
      });
    });

    it('is left where its sandbox was taken away, and does not hinder the chat', async () => {
      await world().fillPool(2);
      const container = world().newContainer();
      const containerId = await run(world().runtime, container);
      const holderId = await holderOf(containerId);
      await world().takeAway(containerId);
      expect(await holders()).toContainEqual(
        expect.objectContaining({ holderId, isTaken: true, isReferenced: false }),
      );
      const next = await run(world().runtime, container);
      expect(await world().runtime.find(next)).toMatchObject({ state: 'running', ip: expect.any(String) });
    });

    it('can be removed, once', async () => {
      await world().fillPool(1);
      const containerId = await run(world().runtime, world().newContainer());
      const holderId = await holderOf(containerId);
      await world().takeAway(containerId);
      expect(await world().runtime.removeHolder(holderId)).toBe(true);
      expect(await holders()).toEqual([]);
      expect(await world().runtime.removeHolder(holderId)).toBe(false);
    });

    it('takes the address of its sandbox with it when it dies', async () => {
      await world().fillPool(1);
      const containerId = await run(world().runtime, world().newContainer());
      await world().endHolder(await holderOf(containerId));
      const seen = { state: 'running', ip: null };
      expect(await world().runtime.find(containerId)).toMatchObject(seen);
      expect(await world().runtime.list()).toMatchObject([seen]);
      expect(await world().runtime.remove(containerId)).toBe(true);
    });

    it('that died before the start fails it as lost, and the chat can have a network of its own', async () => {
      await world().fillPool(1);
      const container = world().newContainer();
      const containerId = await world().runtime.create(container);
      await world().endHolder(await holderOf(containerId));
      await expect(world().runtime.start(containerId)).rejects.toEqual(failing('network-holder-lost'));
      await world().runtime.remove(containerId);
      const next = await run(world().runtime, { ...container, ownNetwork: true });
      await eventually(async () => (await world().runtime.find(next))?.ip !== null, 'it has an address');
    });
  });
}
