/** What work costs, told without a clock: how often it reads a property of what it was given. */
export class CountedReads {
  count = 0;

  /** The same object, whose properties are counted as they are read; what they hold is not. */
  of<T extends object>(value: T): T {
    return new Proxy(value, {
      get: (target, name, receiver) => {
        this.count += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  }
}
