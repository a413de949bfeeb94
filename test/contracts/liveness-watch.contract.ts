import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LivenessWatch } from '../../src/sandbox/ports/liveness-watch.js';
import type { SandboxRuntime } from '../../src/sandbox/ports/sandbox-runtime.js';
import { eventually } from '../support/eventually.js';
import { MISSING_ID } from './runtime-world.js';

/** A watch, the runtime whose looks it learns of, and the means to act behind their backs. */
export interface WatchWorld {
  readonly watch: LivenessWatch;
  readonly runtime: SandboxRuntime;
  /** @returns the id of a container that runs */
  run(): Promise<string>;
  kill(containerId: string): Promise<void>;
  pause(containerId: string): Promise<void>;
  disconnect(containerId: string): Promise<void>;
  close(): Promise<void>;
}

/** What every LivenessWatch promises. */
export function itIsALivenessWatch(open: () => Promise<WatchWorld>): void {
  describe('as a LivenessWatch', () => {
    let opened: WatchWorld | null = null;
    const world = (): WatchWorld => {
      if (opened === null) throw new Error('there is no engine yet');
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => world().close());

    /** A container that is proven to live. */
    async function proven(): Promise<string> {
      const containerId = await world().run();
      await eventually(async () => {
        const found = await world().watch.proven(containerId);
        return (found ?? (await world().runtime.find(containerId), null)) !== null;
      }, 'it is proven');
      return containerId;
    }

    it('proves what a look shows', async () => {
      const containerId = await proven();
      expect(await world().watch.proven(containerId)).toEqual(await world().runtime.find(containerId));
    });

    it('proves nothing of what there is not', async () => {
      await proven();
      expect(await world().watch.proven(MISSING_ID)).toBeNull();
    });

    it.each(['kill', 'remove', 'pause', 'disconnect'] as const)(
      'proves nothing any more once the container has met its %s',
      async (harm) => {
        const containerId = await proven();
        if (harm === 'remove') await world().runtime.remove(containerId);
        else await world()[harm](containerId);
        await eventually(
          async () => (await world().watch.proven(containerId)) === null,
          'that is known',
          100,
        );
        await world().runtime.find(containerId);
        expect(await world().watch.proven(containerId)).toBeNull();
      },
    );

    it('goes on proving the others', async () => {
      const [gone, other] = [await proven(), await proven()];
      await world().runtime.remove(gone);
      await eventually(async () => (await world().watch.proven(other)) !== null, 'it is proven');
    });
  });
}
