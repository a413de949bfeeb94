/** One figure of both sides, taken close together in time. */
export interface Pair {
  readonly service: number;
  readonly floor: number;
}

/**
 * Takes rounds in which every side has its turn: A B C, then C B A, and so on, so that what changes on the machine
 * meanwhile meets all sides alike.
 * @param take measures one side once
 */
export async function takeRounds<K extends string, S, F>(
  count: number,
  sides: Readonly<Record<K, S>>,
  take: (side: S) => Promise<F>,
  signal: AbortSignal,
): Promise<Record<K, F>[]> {
  const forth = Object.entries(sides) as [K, S][];
  const back = forth.toReversed();
  const rounds: Record<K, F>[] = [];
  for (let index = 0; index < count; index += 1) {
    const round: Partial<Record<K, F>> = {};
    for (const [name, side] of index % 2 === 0 ? forth : back) {
      signal.throwIfAborted();
      round[name] = await take(side);
    }
    rounds.push(round as Record<K, F>);
  }
  return rounds;
}

/** Rounds of two. */
export const takePairs = <S, F>(
  count: number,
  { service, floor }: { readonly service: S; readonly floor: S },
  take: (side: S) => Promise<F>,
  signal: AbortSignal,
): Promise<{ readonly service: F; readonly floor: F }[]> =>
  takeRounds(count, { service, floor }, take, signal);

/** One figure of two sides of each round. @param against the side that the service is compared with */
export const pairsOf = <K extends string, F>(
  rounds: readonly Readonly<Record<K | 'service', F>>[],
  against: K,
  figure: (taken: F) => number,
): Pair[] => rounds.map((round) => ({ service: figure(round.service), floor: figure(round[against]) }));

/** The p-th part of the values lies below, with linear interpolation between the two that are nearest. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const position = (sorted.length - 1) * p;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new Error('no values');
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
