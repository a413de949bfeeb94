const MAX_FAULTS = 20;

export type Verdict = 'lost' | 'torn' | 'leftOver' | 'miscounted' | 'unexpected';

/** What a run came to. All verdicts are to be 0. */
export class Tally {
  kills = 0;
  /** Kills that were not followed by a check, but by the next kill. */
  killsInRecovery = 0;
  acknowledged = 0;
  unanswered = 0;
  /** Places that were found in a state that they may be in. */
  verified = 0;
  /** By the service's log: writes that were placed and not recorded, or not placed. */
  readonly recovered = { finished: 0, undone: 0 };
  readonly verdicts: Record<Verdict, number> = {
    lost: 0,
    torn: 0,
    leftOver: 0,
    miscounted: 0,
    unexpected: 0,
  };
  readonly faults: string[] = [];

  fault(verdict: Verdict, what: string): void {
    this.verdicts[verdict] += 1;
    if (this.faults.length < MAX_FAULTS) this.faults.push(`kill ${this.kills}: ${verdict}: ${what}`);
  }

  judge(verdict: Verdict | null, what: string): void {
    if (verdict === null) this.verified += 1;
    else this.fault(verdict, what);
  }
}
