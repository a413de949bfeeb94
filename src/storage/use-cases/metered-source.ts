import { ofCaller } from '../../kernel/failure.js';
import type { Chat } from '../domain/chat.js';
import { PayloadTooLargeError } from '../domain/errors.js';
import type { Quota } from './quota.js';

const MIB = 1024 * 1024;
/** What is reserved ahead for a source that does not say how much it has: each step is a transaction. */
const FIRST_STEP = MIB;
const MAX_STEP = 16 * MIB;

export interface SourceLimits {
  readonly chat: Chat;
  readonly writeId: string;
  /** What the source may have at most. */
  readonly maxBytes: number;
  /** What needs no reservation, since it takes the place of as much. */
  readonly creditBytes: number;
  /** What is reserved already. */
  readonly reservedBytes: number;
}

/**
 * A source that counts what it gives, ends it at the byte that is too many, and sees to it that as much is reserved.
 * @throws PayloadTooLargeError, WorkspaceQuotaExceededError, from the iteration
 */
export class MeteredSource implements AsyncIterable<Uint8Array> {
  bytes = 0;
  private reservedBytes: number;
  private step = FIRST_STEP;

  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly quota: Quota,
    private readonly limits: SourceLimits,
  ) {
    this.reservedBytes = limits.reservedBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of ofCaller(this.source)) {
      this.bytes += chunk.length;
      if (this.bytes > this.limits.maxBytes) throw new PayloadTooLargeError();
      const neededBytes = this.bytes - this.limits.creditBytes;
      if (neededBytes > this.reservedBytes) await this.reserve(neededBytes);
      yield chunk;
    }
  }

  private async reserve(neededBytes: number): Promise<void> {
    const { chat, writeId, maxBytes, creditBytes } = this.limits;
    const aheadBytes = Math.min(neededBytes + this.step, Math.max(neededBytes, maxBytes - creditBytes));
    this.step = Math.min(this.step * 2, MAX_STEP);
    if (await this.quota.tryReserve(writeId, aheadBytes)) {
      this.reservedBytes = aheadBytes;
      return;
    }
    await this.quota.reserve(chat, writeId, neededBytes);
    this.reservedBytes = neededBytes;
  }
}
