import { afterEach, describe, expect, it } from '@jest/globals';
import { ReuseMachine } from '../machines/reuse/reuse-machine.js';

/** `npm run reuse-history -- --minutes 10` is the same for longer. */
const LAST_MS = 12_000;

describe('reuses while containers are ended behind the back of the service', () => {
  let machine: ReuseMachine | null = null;
  afterEach(() => machine?.dispose());

  it.each([
    ['is prompt', false],
    ['is cut and delayed', true],
  ])(
    'never name one that was gone, nor the address of another, where the event stream %s',
    async (_, isTroubled) => {
      // A failure names the seed.
      const seed = Math.floor(Math.random() * 2 ** 31);
      machine = await ReuseMachine.start(seed, isTroubled);
      const { faults, calls, ended, inspections, streams } = await machine.run(LAST_MS);
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      expect(ended).toBeGreaterThan(3);
      // The proof is what most of them went by.
      expect(inspections).toBeLessThan(calls);
      expect(streams).toBeGreaterThan(isTroubled ? 1 : 0);
    },
    180_000,
  );
});
