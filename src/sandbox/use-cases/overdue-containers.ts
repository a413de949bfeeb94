import { Injectable } from '@nestjs/common';

/**
 * Expired containers that the last pass saw and that nobody has ended since, on record or not: one that was found after a
 * start, and does not go away, is on none.
 */
@Injectable()
export class OverdueContainers {
  private expiries = new Map<string, Date>();

  /** A pass has seen these expired containers, and no others. @param expiries when each was to end, by container id */
  seen(expiries: ReadonlyMap<string, Date>): void {
    this.expiries = new Map(expiries);
  }

  ended(containerId: string): void {
    this.expiries.delete(containerId);
  }

  /** When each of those that are left was to end. */
  list(): Date[] {
    return [...this.expiries.values()];
  }
}
