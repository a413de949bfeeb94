import { anonymous } from '../engine-proxy.js';
import type { Fault } from '../fault.js';
import { OPERATIONS, type Operation, perform, stage, type State, STATES } from './situations.js';
import type { MatrixWorld } from './world.js';

/** One call of one operation that goes wrong in one way, with the chat in one state. */
export interface Cell {
  readonly operation: Operation;
  readonly state: State;
  /** `METHOD path` without ids. */
  readonly call: string;
  /** Which of the operation's equal calls, from 0. */
  readonly occurrence: number;
  readonly fault: Fault;
}

const FAULTS: readonly Fault[] = ['delay', 'hang', 'refuse', 'lose-answer', 'cut-answer', 500];
/** How often a look is repeated while a removal takes its time is that time's matter. */
const MAX_OCCURRENCES = 3;
/** What proof of life costs goes on beside the operations, and whenever it comes; test/integration/liveness-watch.spec.ts. */
const IN_BACKGROUND = new Set(['GET /events', 'POST /containers/:id/resize']);
/** Of the calls that tell of addresses. */
const TELLS_ADDRESSES = /^GET \/containers\/(?:json|:id\/json)$/;

export const nameOf = ({ operation, state, call, occurrence, fault }: Cell): string =>
  `${operation}, ${state}: ${call} #${occurrence + 1}, ${fault}`;

/** Every cell: each operation is carried out once in each state, and what it asks of the engine is noted. */
export async function findCells(world: MatrixWorld): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const operation of OPERATIONS)
    for (const state of STATES) cells.push(...(await cellsOf(world, operation, state)));
  return cells;
}

async function cellsOf(world: MatrixWorld, operation: Operation, state: State): Promise<Cell[]> {
  const { chatId, finish } = await stage(world, state);
  world.proxy.journal.length = 0;
  // What is being removed is so until all has been asked for: a create that waits for it asks again and again.
  const performing = perform(world, operation, chatId);
  if (operation === 'create') await finish();
  await performing;
  const seen = new Map<string, number>();
  const asked = world.proxy.journal.map(anonymous).filter((call) => !IN_BACKGROUND.has(call));
  const calls = asked.map((call) => {
    const occurrence = seen.get(call) ?? 0;
    seen.set(call, occurrence + 1);
    return { call, occurrence };
  });
  if (operation !== 'create') await finish();
  await world.delete(chatId);
  return calls
    .filter(({ occurrence }) => occurrence < MAX_OCCURRENCES)
    .flatMap(({ call, occurrence }) =>
      faultsOf(call).map((fault) => ({ operation, state, call, occurrence, fault })),
    );
}

const faultsOf = (call: string): readonly Fault[] =>
  TELLS_ADDRESSES.test(call) ? [...FAULTS, 'blank-address'] : FAULTS;
