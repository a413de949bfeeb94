import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SandboxClaim } from '../../src/sandbox/domain/container.js';
import type { NewContainer, SandboxRuntime } from '../../src/sandbox/ports/sandbox-runtime.js';
import { eventually } from '../support/eventually.js';

/** One engine, and the means to act on it behind the runtime's back. */
export interface RuntimeWorld {
  readonly runtime: SandboxRuntime;
  /** The same instance's runtime in another process. */
  readonly twin: SandboxRuntime;
  /** Of another instance at the same engine. */
  readonly stranger: SandboxRuntime;
  /** Its image is missing. */
  readonly imageless: SandboxRuntime;
  newContainer(claim?: Partial<SandboxClaim>): NewContainer;
  readonly missingDirectory: string;
  /** Puts a container without labels under the name of the chat. */
  placeForeign(chatId: string): Promise<string>;
  /** Puts one of ours under the name of the chat whose labels bear an unknown schema. */
  placeUnreadable(chatId: string): Promise<string>;
  pause(containerId: string): Promise<void>;
  kill(containerId: string): Promise<void>;
  /** What a container writes as it starts. */
  readonly output: string;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const MISSING_ID = 'f'.repeat(64);

/** What every SandboxRuntime promises. */
export function itIsASandboxRuntime(open: () => Promise<RuntimeWorld>): void {
  describe('as a SandboxRuntime', () => {
    let world: RuntimeWorld;
    let runtime: SandboxRuntime;

    beforeAll(async () => {
      world = await open();
      runtime = world.runtime;
      await runtime.prepare();
    });
    afterEach(() => world.clear());
    afterAll(() => world.close());

    /** @returns the id of a container that runs */
    async function run(container: NewContainer): Promise<string> {
      const containerId = await runtime.create(container);
      await runtime.start(containerId);
      return containerId;
    }

    const failing = (failure: string): unknown => expect.objectContaining({ failure });

    describe('create', () => {
      it('makes a container that is not started and claims what it was given', async () => {
        const container = world.newContainer();
        const containerId = await runtime.create(container);
        expect(await runtime.find(containerId)).toEqual({
          containerId,
          ownership: 'ours',
          hasChatName: true,
          state: 'created',
          ip: null,
          exitCode: null,
          claim: container.claim,
        });
      });

      it('gives each chat one name, so that a second container is refused', async () => {
        const container = world.newContainer();
        await runtime.create(container);
        await expect(runtime.create(container)).rejects.toEqual(failing('name-taken'));
        await expect(world.twin.create(container)).rejects.toEqual(failing('name-taken'));
      });

      it('gives one of many that try at once the name', async () => {
        const container = world.newContainer();
        const tries = await Promise.allSettled(Array.from({ length: 8 }, () => runtime.create(container)));
        expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of tries.filter((each) => each.status === 'rejected')) {
          expect(result.reason).toEqual(failing('name-taken'));
        }
      });

      it('is refused where a foreign container bears the name', async () => {
        const container = world.newContainer();
        await world.placeForeign(container.claim.chatId);
        await expect(runtime.create(container)).rejects.toEqual(failing('name-taken'));
      });

      it('does not get into the way of another instance', async () => {
        const container = world.newContainer();
        await runtime.create(container);
        await expect(world.stranger.create(container)).resolves.toEqual(expect.any(String));
      });

      it('says that the image is missing', async () => {
        await expect(world.imageless.create(world.newContainer())).rejects.toEqual(failing('image-missing'));
      });

      it('says that a source of a mount is missing, and leaves nothing behind', async () => {
        const container = world.newContainer({ volumeHostPath: world.missingDirectory });
        const attempt = async (): Promise<string> => run(container);
        await expect(attempt()).rejects.toEqual(failing('mount-source-missing'));
      });
    });

    describe('start', () => {
      it('runs it, with an address of its own', async () => {
        const [one, other] = [await run(world.newContainer()), await run(world.newContainer())];
        const views = await Promise.all([one, other].map((id) => runtime.find(id)));
        expect(views).toMatchObject([{ state: 'running' }, { state: 'running' }]);
        const ips = views.map((view) => view?.ip ?? '');
        for (const ip of ips) expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        expect(new Set(ips).size).toBe(2);
      });

      it('may be repeated', async () => {
        const containerId = await run(world.newContainer());
        await expect(runtime.start(containerId)).resolves.toBeUndefined();
      });

      it('says that there is no such container', async () => {
        await expect(runtime.start(MISSING_ID)).rejects.toEqual(failing('no-such-container'));
      });
    });

    describe('stop', () => {
      it('ends what runs, and tells how', async () => {
        const containerId = await run(world.newContainer());
        await runtime.stop(containerId, 2);
        expect(await runtime.find(containerId)).toMatchObject({
          state: 'dead',
          ip: null,
          exitCode: expect.any(Number),
        });
      });

      it('may be repeated, and succeeds where nothing runs or nothing is', async () => {
        const created = await runtime.create(world.newContainer());
        await expect(runtime.stop(created, 1)).resolves.toBeUndefined();
        await expect(runtime.stop(MISSING_ID, 1)).resolves.toBeUndefined();
      });
    });

    describe('remove', () => {
      it.each(['created', 'running', 'dead'])(
        'removes one that is %s, and says that it was there',
        async (state) => {
          const container = world.newContainer();
          const containerId = state === 'created' ? await runtime.create(container) : await run(container);
          if (state === 'dead') await world.kill(containerId);
          expect(await runtime.remove(containerId)).toBe(true);
          expect(await runtime.find(containerId)).toBeNull();
          expect(await runtime.remove(containerId)).toBe(false);
        },
      );

      it('removes one that is paused', async () => {
        const containerId = await run(world.newContainer());
        await world.pause(containerId);
        expect(await runtime.remove(containerId)).toBe(true);
      });

      it('succeeds for all that ask at once', async () => {
        const containerId = await run(world.newContainer());
        const answers = await Promise.all([1, 2, 3].map(() => runtime.remove(containerId)));
        expect(answers).toContain(true);
        expect(await runtime.find(containerId)).toBeNull();
      });

      it('frees the name', async () => {
        const container = world.newContainer();
        await runtime.remove(await run(container));
        await expect(runtime.create(container)).resolves.toEqual(expect.any(String));
      });
    });

    describe('find and findByChat', () => {
      it('find the same container', async () => {
        const container = world.newContainer();
        const containerId = await run(container);
        const found = await runtime.find(containerId);
        expect(found).toMatchObject({ containerId, claim: container.claim });
        expect(await runtime.findByChat(container.claim.chatId)).toEqual(found);
        expect(await world.twin.findByChat(container.claim.chatId)).toEqual(found);
      });

      it('find nothing where there is nothing', async () => {
        expect(await runtime.find(MISSING_ID)).toBeNull();
        expect(await runtime.findByChat(world.newContainer().claim.chatId)).toBeNull();
      });

      it('see a paused one as dead', async () => {
        const containerId = await run(world.newContainer());
        await world.pause(containerId);
        expect(await runtime.find(containerId)).toMatchObject({ state: 'dead' });
      });

      it('see one that was killed as dead, with its exit code and without an address', async () => {
        const containerId = await run(world.newContainer());
        await world.kill(containerId);
        await eventually(async () => (await runtime.find(containerId))?.state === 'dead', 'it is dead');
        expect(await runtime.find(containerId)).toMatchObject({ ip: null, exitCode: 137 });
      });

      it('see a foreign one that bears the name as foreign, and claim nothing for it', async () => {
        const { chatId } = world.newContainer().claim;
        const containerId = await world.placeForeign(chatId);
        expect(await runtime.findByChat(chatId)).toMatchObject({
          containerId,
          ownership: 'foreign',
          claim: null,
          hasChatName: false,
        });
      });

      it('see one with labels of another schema as unreadable', async () => {
        const { chatId } = world.newContainer().claim;
        await world.placeUnreadable(chatId);
        expect(await runtime.findByChat(chatId)).toMatchObject({ ownership: 'unreadable', claim: null });
      });

      it("see another instance's as foreign", async () => {
        const containerId = await world.stranger.create(world.newContainer());
        expect(await runtime.find(containerId)).toMatchObject({ ownership: 'foreign', claim: null });
      });
    });

    describe('list', () => {
      it('gives all of this instance, in any state, as find sees them', async () => {
        const running = await run(world.newContainer());
        const created = await runtime.create(world.newContainer());
        const dead = await run(world.newContainer());
        await world.kill(dead);
        await eventually(async () => (await runtime.find(dead))?.state === 'dead', 'it is dead');
        const expected = await Promise.all([running, created, dead].map((id) => runtime.find(id)));
        const listed = await runtime.list();
        expect(listed).toHaveLength(3);
        for (const container of expected) expect(listed).toContainEqual({ ...container, exitCode: null });
      });

      it('gives what cannot be read, and neither what is foreign nor what is another instance’s', async () => {
        const unreadable = await world.placeUnreadable(world.newContainer().claim.chatId);
        await world.placeForeign(world.newContainer().claim.chatId);
        await world.stranger.create(world.newContainer());
        expect((await runtime.list()).map(({ containerId }) => containerId)).toEqual([unreadable]);
      });

      it('is empty where there is none', async () => {
        expect(await runtime.list()).toEqual([]);
      });
    });

    describe('readOutput', () => {
      it('gives what it wrote', async () => {
        const containerId = await run(world.newContainer());
        await eventually(
          async () => (await runtime.readOutput(containerId)) === world.output,
          'it has written',
        );
      });

      it('is empty for one that was never started', async () => {
        expect(await runtime.readOutput(await runtime.create(world.newContainer()))).toBe('');
      });

      it('says that there is no such container', async () => {
        await expect(runtime.readOutput(MISSING_ID)).rejects.toEqual(failing('no-such-container'));
      });
    });

    describe('every method', () => {
      const calls: [string, () => Promise<unknown>][] = [
        ['prepare', () => runtime.prepare()],
        ['ping', () => runtime.ping()],
      ];

      it.each(calls)('%s may be repeated', async (_, call) => {
        await call();
        await call();
      });

      it('keeps to the time of its caller, when there is none left', async () => {
        const attempts = [
          runtime.ping(0),
          runtime.list(0),
          runtime.find(MISSING_ID, 0),
          runtime.create(world.newContainer(), 0),
          runtime.remove(MISSING_ID, 0),
          runtime.stop(MISSING_ID, 5, 0),
        ];
        for (const result of await Promise.allSettled(attempts)) {
          expect(result).toMatchObject({ status: 'rejected', reason: { failure: 'timed-out' } });
        }
      });
    });
  });
}
