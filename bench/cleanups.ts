/** What is to be undone at the end, the last first, each whatever becomes of the others. */
export class Cleanups {
  private readonly steps: { readonly name: string; readonly undo: () => Promise<void> }[] = [];

  add(name: string, undo: () => Promise<void>): void {
    this.steps.push({ name, undo });
  }

  /** @returns what failed; empty when nothing is left behind */
  async run(): Promise<string[]> {
    const failures: string[] = [];
    for (const { name, undo } of this.steps.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failures;
  }
}
