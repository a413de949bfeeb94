/** Lets work with the same key run one after the other, in the order of arrival; within this process. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    // Whoever comes next waits for the end of this, whatever end that is.
    const end = mine.catch(() => null);
    this.last.set(key, end);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === end) this.last.delete(key);
    }
  }
}
