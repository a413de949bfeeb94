import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { itSharesNoNetwork } from './runtime-networks.js';
import { itRemoves } from './runtime-removing.js';
import { itSees } from './runtime-seeing.js';
import { itMakesAndStarts } from './runtime-starting.js';
import type { RuntimeWorld } from './runtime-world.js';

/** What every SandboxRuntime promises. */
export function itIsASandboxRuntime(open: () => Promise<RuntimeWorld>): void {
  describe('as a SandboxRuntime', () => {
    let opened: RuntimeWorld | null = null;

    const world = (): RuntimeWorld => {
      if (opened === null) throw new Error('there is no engine yet');
      return opened;
    };

    beforeAll(async () => {
      opened = await open();
      await opened.runtime.prepare();
    });
    afterEach(() => world().clear());
    afterAll(() => world().close());

    itMakesAndStarts(world);
    itRemoves(world);
    itSees(world);
    itSharesNoNetwork(world);
  });
}
