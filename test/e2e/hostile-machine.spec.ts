import { describe, expect, it } from '@jest/globals';
import { fight } from '../hostile/battle.js';
import { faultsOf } from '../hostile/judge.js';

/** `npm run hostile` is the same for hours. */
const OPERATIONS = 2000;
/** A machine that is busy with other things as well does not get as far. */
const FIGHT_MS = 25_000;
const LIMIT_MS = 120_000;

describe('sandboxes that fight for every name', () => {
  it(
    'get nothing of the host, break nothing and keep nobody waiting',
    async () => {
      const outcome = await fight({ operations: OPERATIONS, seed: 7, signal: AbortSignal.timeout(FIGHT_MS) });
      expect(faultsOf(outcome)).toEqual([]);
      expect(outcome.tally.operations).toBeGreaterThan(OPERATIONS / 10);
    },
    LIMIT_MS,
  );
});
