import { describe, expect, it } from '@jest/globals';
import { fight } from '../hostile/battle.js';
import { faultsOf } from '../hostile/judge.js';

/** `npm run hostile` is the same for hours. */
const OPERATIONS = 1500;
/** A machine that is busy with other things as well. */
const LIMIT_MS = 180_000;

describe('sandboxes that fight for every name', () => {
  it(
    'get nothing of the host, break nothing and keep nobody waiting',
    async () => {
      const outcome = await fight({ operations: OPERATIONS, seed: 7 });
      expect(faultsOf(outcome)).toEqual([]);
      expect(outcome.tally.operations).toBe(OPERATIONS);
    },
    LIMIT_MS,
  );
});
