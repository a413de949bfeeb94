/** Lets every reaction to promises that are settled already happen. */
export const reactions = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work that begins when it is called and ends when the test says so. */
export class HeldWork {
  hasBegun = false;
  private readonly end = Promise.withResolvers<undefined>();

  readonly run = async (): Promise<void> => {
    this.hasBegun = true;
    await this.end.promise;
  };

  release(): void {
    this.end.resolve(undefined);
  }

  fail(error: Error): void {
    this.end.reject(error);
  }
}
