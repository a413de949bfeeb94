import { Injectable } from '@nestjs/common';

/** Resolves when all is well; rejects with the reason, which probes and operators read, when it is not. */
export type ReadinessCheck = () => Promise<void>;

/** What `/readyz` asks. Each feature registers its own checks, so that health knows no feature. */
@Injectable()
export class ReadinessChecks {
  private readonly checks = new Map<string, ReadinessCheck>();

  /** @param name the entry's name in the answer */
  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  entries(): [string, ReadinessCheck][] {
    return [...this.checks];
  }
}
