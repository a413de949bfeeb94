/** The least of so many is taken, so that one that was slow by chance does not count. */
const REMEMBERED = 5;

/**
 * What a start takes while the engine does nothing else, for each kind of work by itself: a start with a ready network
 * takes a third of one without, and must not make that look slow.
 */
export class NoLoadLatency {
  private readonly latenciesMs = new Map<string, number[]>();

  /**
   * Learns from a latency, and compares it with what is known.
   * @param isAlone whether the engine had nothing else to start: then it counts also when the engine has become slower
   * @returns the multiple of the latency without load, 1 or more
   */
  stretchOf(kind: string, latencyMs: number, isAlone: boolean): number {
    let known = this.latenciesMs.get(kind) ?? [];
    if (isAlone || latencyMs < leastOf(known)) {
      known = [...known, latencyMs].slice(-REMEMBERED);
      this.latenciesMs.set(kind, known);
    }
    return Math.max(1, latencyMs / leastOf(known));
  }
}

const leastOf = (latenciesMs: readonly number[]): number => Math.min(...latenciesMs);
