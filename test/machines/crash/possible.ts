/**
 * What may be in one place, as far as the answers tell: one thing, or several once an answer has failed to come. Only one
 * writes to the place at a time.
 */
export class Possible<T> {
  private states: readonly T[];
  private readonly everWritten: T[];

  constructor(
    initial: T,
    private readonly isSame: (one: T, other: T) => boolean,
  ) {
    this.states = [initial];
    this.everWritten = [initial];
  }

  /** The one thing that must be there; null while there are several. */
  get certain(): { readonly value: T } | null {
    const [only] = this.states;
    return this.states.length === 1 && only !== undefined ? { value: only } : null;
  }

  /** A write is on its way: from here on, either may be there. */
  begin(next: T): void {
    this.states = [...this.states, next];
    this.everWritten.push(next);
  }

  /** It was acknowledged, or has been seen. */
  settle(value: T): void {
    this.states = [value];
  }

  /** It was refused: it is as it was before. */
  refuse(): void {
    this.states = this.states.slice(0, -1);
  }

  /** Takes what was found for what is there. @returns what is wrong with it, if anything is */
  observe(found: T): 'lost' | 'torn' | null {
    const expected = this.states.some((state) => this.isSame(state, found));
    const isKnown = this.everWritten.some((state) => this.isSame(state, found));
    this.states = [found];
    this.everWritten.splice(0, Infinity, found);
    if (expected) return null;
    return isKnown ? 'lost' : 'torn';
  }
}
