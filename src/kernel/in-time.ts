const LATE = Symbol('late');

/**
 * Waits for the work, but no longer than this; the work itself goes on. What it throws in time is thrown on, and what it
 * throws later is of no interest to anybody.
 * @param whenLate gives what is given back then, or throws
 */
export async function inTime<T, L>(work: Promise<T>, limitMs: number, whenLate: () => L): Promise<T | L> {
  const { promise: limit, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(resolve, limitMs, LATE);
  try {
    const first = await Promise.race([work, limit]);
    return first === LATE ? whenLate() : first;
  } finally {
    clearTimeout(timer);
  }
}

/** The same for work whose result is of no interest. @returns whether it ended in time */
export const endsInTime = (work: Promise<unknown>, limitMs: number): Promise<boolean> =>
  inTime(
    work.then(() => true),
    limitMs,
    () => false,
  );
