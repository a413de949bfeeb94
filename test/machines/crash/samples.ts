import { createHash } from 'node:crypto';
import { type Random } from '../random.js';

const POOL_BYTES = 1024 * 1024;
const MAX_BYTES = 300 * 1024;
const MAX_TEXT = 8 * 1024;

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Content to write, no two alike but for the empty one: whichever is found again, it is known which it is. */
export class Samples {
  private readonly pool: Buffer;
  private count = 0;

  constructor(random: Random) {
    this.pool = Buffer.from(Uint8Array.from({ length: POOL_BYTES }, () => random.below(256)));
  }

  /** Every tenth is empty, half of the rest is small. */
  bytes(random: Random): Buffer {
    const kind = random.below(10);
    if (kind === 0) return Buffer.alloc(0);
    const size = random.between(1, kind < 6 ? 4096 : MAX_BYTES);
    const sample = Buffer.from(this.slice(random, size));
    sample.write(String(this.nextNumber()), 0, 'latin1');
    return sample;
  }

  text(random: Random): string {
    const size = random.between(0, MAX_TEXT);
    return `${this.nextNumber()} ${this.slice(random, size).toString('hex').slice(0, size)} ß日\n`;
  }

  nextNumber(): number {
    this.count += 1;
    return this.count;
  }

  private slice(random: Random, size: number): Buffer {
    const start = random.below(POOL_BYTES - size);
    return this.pool.subarray(start, start + size);
  }
}
