import type { Reply } from './caller.js';

interface Line {
  readonly outcomes: Map<string, number>;
  slowestMs: number;
  count: number;
}

/** What came of the calls, by route. */
export class Tally {
  private readonly lines = new Map<string, Line>();
  private readonly faults: string[] = [];
  private faultCount = 0;

  add(route: string, { outcome, ms }: Reply): void {
    const line = this.lines.get(route) ?? { outcomes: new Map<string, number>(), slowestMs: 0, count: 0 };
    const key = String(outcome);
    line.outcomes.set(key, (line.outcomes.get(key) ?? 0) + 1);
    line.slowestMs = Math.max(line.slowestMs, ms);
    line.count += 1;
    this.lines.set(route, line);
  }

  /** Something that must never be; the first hundred are kept with their words. */
  fault(words: string): void {
    this.faultCount += 1;
    if (this.faults.length < 100) this.faults.push(words);
  }

  get firstFaults(): readonly string[] {
    return this.faults;
  }

  get operations(): number {
    return [...this.lines.values()].reduce((sum, { count }) => sum + count, 0);
  }

  get slowestMs(): number {
    return Math.max(0, ...[...this.lines.values()].map(({ slowestMs }) => slowestMs));
  }

  /** One line a route: how many, with what outcome, and the slowest. */
  get table(): string[] {
    const rows = [...this.lines].sort(([one], [other]) => (one < other ? -1 : 1));
    return rows.map(([route, { outcomes, slowestMs, count }]) => {
      const all = [...outcomes].sort(([one], [other]) => (one < other ? -1 : 1));
      const told = all.map(([outcome, times]) => `${outcome}: ${times}`).join(', ');
      return `${route.padEnd(16)} ${String(count).padStart(7)}  ${`${slowestMs.toFixed(0)} ms`.padStart(8)}  ${told}`;
    });
  }

  get total(): string {
    return `${this.operations} operations, slowest ${this.slowestMs.toFixed(0)} ms, ${this.faultCount} faults`;
  }
}
