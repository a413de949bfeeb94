import { afterEach, describe, expect, it } from '@jest/globals';
import { StormMachine } from '../machines/storm/storm-machine.js';

/** `npm run storm -- --minutes 10` is the same for longer. */
const LAST_MS = 12_000;

describe('two replicas in a storm of faults', () => {
  let machine: StormMachine | null = null;
  afterEach(() => machine?.dispose());

  it('never run two sandboxes of a chat, tell no lie, and agree with the engine afterwards', async () => {
    // A failure names the seed.
    const seed = Math.floor(Math.random() * 2 ** 31);
    machine = await StormMachine.start(seed);
    const { faults, creates, kills, writes } = await machine.run(LAST_MS);
    expect({ seed, faults }).toEqual({ seed, faults: [] });
    expect(Math.min(creates, kills, writes)).toBeGreaterThan(0);
  }, 180_000);
});
