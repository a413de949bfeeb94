import { describe, expect, it } from '@jest/globals';
import type { Cell } from '../faults/matrix/cells.js';
import { coverageOf, runMatrix } from '../faults/matrix/run.js';
import { Random } from '../machines/random.js';

/** `all`, as `npm run fault-matrix` says, or the seed of a choice. */
const CHOICE = process.env.FAULT_MATRIX ?? String(Date.now() % 1_000_000);
const SHARE_OF_CELLS = 0.1;

/** Each as likely as any other. */
function someOf(cells: readonly Cell[]): Cell[] {
  const random = new Random(Number(CHOICE));
  return cells.filter(() => random.below(1000) < SHARE_OF_CELLS * 1000);
}

describe('whatever call of the engine goes wrong', () => {
  it.each([
    ['', 0],
    [', where networks wait', 2],
  ])(
    `leaves nothing lost and nothing behind%s (FAULT_MATRIX=${CHOICE})`,
    async (_, poolSize) => {
      const choose = (cells: readonly Cell[]): Cell[] => (CHOICE === 'all' ? [...cells] : someOf(cells));
      const result = await runMatrix(choose, poolSize);
      process.stdout.write(`${coverageOf(result)}\n`);
      expect(result.faults).toEqual([]);
      expect(result.run.length).toBeGreaterThan(result.cells.length * SHARE_OF_CELLS * 0.3);
    },
    3_600_000,
  );
});
