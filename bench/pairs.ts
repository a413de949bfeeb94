/** One figure of both sides, taken close together in time. */
export interface Pair {
  readonly service: number;
  readonly floor: number;
}

/**
 * Takes pairs, A B, then B A, and so on, so that what changes on the machine meanwhile meets both sides alike.
 * @param take measures one side once
 */
export async function takePairs<S, F>(
  count: number,
  sides: { readonly service: S; readonly floor: S },
  take: (side: S) => Promise<F>,
  signal: AbortSignal,
): Promise<{ readonly service: F; readonly floor: F }[]> {
  const pairs = [];
  for (let index = 0; index < count; index += 1) {
    const measure = (side: S): Promise<F> => {
      signal.throwIfAborted();
      return take(side);
    };
    if (index % 2 === 0) {
      const service = await measure(sides.service);
      pairs.push({ service, floor: await measure(sides.floor) });
    } else {
      const floor = await measure(sides.floor);
      pairs.push({ service: await measure(sides.service), floor });
    }
  }
  return pairs;
}

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
