/** What a workspace holds already when something is to be added to it. */
export interface Claims {
  readonly usedBytes: number;
  /** What all writes under way have reserved, but for the one in question. */
  readonly reservedBytes: number;
}

/** What a workspace holds, and all that was ever written to it. */
export interface Balance {
  readonly usedBytes: number;
  readonly writtenBytes: number;
}

/**
 * How much of what is replaced is taken off what the workspace holds. `counted`: as much of it as was counted, since what
 * a sandbox has written and nobody has measured was never put on; `present`: all that is there, for when the workspace
 * has just been measured.
 */
export type Credit = 'counted' | 'present';

/** Bytes, as all of these. @param countedBytes what `usedBytes` holds of it for sure */
export const creditOf = (presentBytes: number, countedBytes: number, credit: Credit): number =>
  credit === 'present' ? presentBytes : Math.min(presentBytes, countedBytes);

/**
 * What `usedBytes` holds of a content for sure, after a write to it.
 * @param netBytes what the write has added, less what was taken off
 * @param sizeBytes of all of it
 */
export const countedAfter = (countedBytes: number, netBytes: number, sizeBytes: number): number =>
  Math.min(sizeBytes, Math.max(0, countedBytes + netBytes));

/** What adds nothing always fits, also where the sandbox alone has passed the quota. */
export const fits = (claims: Claims, addedBytes: number, quotaBytes: number): boolean =>
  addedBytes <= 0 || claims.usedBytes + claims.reservedBytes + addedBytes <= quotaBytes;

/** Never below nothing: the sandbox may have removed meanwhile what is replaced here, unseen. */
export const afterSettling = ({ usedBytes, writtenBytes }: Balance, addedBytes: number): Balance => ({
  usedBytes: Math.max(0, usedBytes + addedBytes),
  writtenBytes: writtenBytes + Math.max(0, addedBytes),
});

/** @param writtenThen `writtenBytes` when the measuring began: the measurement may have missed what came since */
export const usedAfterMeasuring = (
  measuredBytes: number,
  writtenThen: number,
  { writtenBytes }: Balance,
): number => measuredBytes + writtenBytes - writtenThen;
