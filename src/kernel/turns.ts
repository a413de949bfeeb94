/** Lets work with the same key run one after the other, in the order of asking; within this process. */
export class Turns {
  private readonly last = new Map<string, Promise<undefined>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const turn = Promise.withResolvers<undefined>();
    this.last.set(key, turn.promise);
    await before;
    try {
      return await work();
    } finally {
      if (this.last.get(key) === turn.promise) this.last.delete(key);
      turn.resolve(undefined);
    }
  }

  /** How many keys somebody has the turn of. */
  get busyKeys(): number {
    return this.last.size;
  }
}
