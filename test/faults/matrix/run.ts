import { type Cell, findCells, nameOf } from './cells.js';
import { OPERATIONS, STATES } from './situations.js';
import { tryCell } from './trial.js';
import { MatrixWorld } from './world.js';

/** Cells under way at one time, each with a service and an instance of its own. */
const WORLDS = 4;

export interface MatrixResult {
  readonly cells: readonly Cell[];
  /** Those that were carried out. */
  readonly run: readonly Cell[];
  /** `cell: what did not hold`. */
  readonly faults: readonly string[];
}

/** Finds all cells and carries out those that are chosen, with so many networks that wait. */
export async function runMatrix(
  choose: (cells: readonly Cell[]) => Cell[],
  poolSize = 0,
): Promise<MatrixResult> {
  const worlds = await Promise.all(Array.from({ length: WORLDS }, () => MatrixWorld.open(poolSize)));
  try {
    const [first] = worlds;
    if (first === undefined) throw new Error('there is no world');
    const cells = await findCells(first);
    const run = choose(cells);
    const left = [...run];
    const faults: string[] = [];
    const work = async (world: MatrixWorld): Promise<void> => {
      for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
        const name = nameOf(cell);
        const found = await tryCell(world, cell).catch((error: unknown) => [String(error)]);
        // One that failed is not to spoil the next.
        if (found.length > 0) await world.clear();
        faults.push(...found.map((fault) => `${name}: ${fault}`));
      }
    };
    await Promise.all(worlds.map(work));
    return { cells, run, faults };
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
}

/** A line for each operation, with how many cells it has in each state. */
export function coverageOf({ cells, run }: MatrixResult): string {
  const header = ['', ...STATES].map((word) => word.padEnd(10)).join('');
  const lines = OPERATIONS.map((operation) => {
    const counts = STATES.map((state) => {
      const isHere = (cell: Cell): boolean => cell.operation === operation && cell.state === state;
      return `${run.filter(isHere).length}/${cells.filter(isHere).length}`;
    });
    return [operation, ...counts].map((word) => word.padEnd(10)).join('');
  });
  return [header, ...lines, `${run.length} of ${cells.length} cells`].join('\n');
}
