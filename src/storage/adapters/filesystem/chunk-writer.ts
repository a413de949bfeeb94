import type { FileHandle } from 'node:fs/promises';
import { giveBack } from '../../../kernel/give-back.js';

/** What is gathered before it is written: large enough that round trips do not count. */
const BATCH_BYTES = 512 * 1024;
/** What is handed to the disk at one time, rather than all of it at the end, when its writer waits for nothing else. */
const SYNC_BYTES = 16 * 1024 * 1024;

const newBatch = (): Buffer => Buffer.allocUnsafeSlow(BATCH_BYTES);

/**
 * Appends chunks to a file in batches: while one is being written the next is gathered, so neither the source nor the
 * disk waits for the other, and no more than two batches are in memory. The chunks are copied: their memory is the
 * source's again as soon as it is asked for the next.
 */
export class ChunkWriter {
  private gathered = newBatch();
  private bytes = 0;
  private written: Buffer | null = null;
  private writing: Promise<void> = Promise.resolve();
  private unsyncedBytes = 0;
  private syncing: Promise<void> | null = null;
  private failure: unknown = null;

  /** @param position where the first chunk goes */
  constructor(
    private readonly handle: FileHandle,
    private position: number,
  ) {}

  /** To be called once. @returns where the next chunk would go */
  async writeAll(source: AsyncIterable<Uint8Array>): Promise<number> {
    try {
      for await (const chunk of source) {
        this.throwFailure();
        for (let from = 0; from < chunk.length;) {
          from += this.gather(chunk, from);
          if (this.bytes === BATCH_BYTES) await this.nextBatch();
        }
      }
      await this.nextBatch();
    } finally {
      // Nothing goes on behind the caller's back, also where the source has failed.
      await this.writing;
      await this.syncing;
      giveBack(this.gathered);
      if (this.written !== null) giveBack(this.written);
    }
    this.throwFailure();
    return this.position;
  }

  /** @returns how much of the chunk there was room for */
  private gather(chunk: Uint8Array, from: number): number {
    const part = chunk.subarray(from, from + BATCH_BYTES - this.bytes);
    this.gathered.set(part, this.bytes);
    this.bytes += part.length;
    return part.length;
  }

  private async nextBatch(): Promise<void> {
    await this.writing;
    this.throwFailure();
    const { gathered, bytes } = this;
    if (bytes === 0) return;
    this.gathered = this.written ?? newBatch();
    this.written = gathered;
    this.bytes = 0;
    this.writing = this.writeBatch(gathered, bytes).catch((error: unknown) => {
      this.failure = error;
    });
  }

  /** The system may write less than it was given, as it does on a disk that is about to be full. */
  private async writeBatch(batch: Buffer, bytes: number): Promise<void> {
    for (let from = 0; from < bytes;) {
      const { bytesWritten } = await this.handle.write(batch, from, bytes - from, this.position);
      from += bytesWritten;
      this.position += bytesWritten;
    }
    this.unsyncedBytes += bytes;
    if (this.unsyncedBytes >= SYNC_BYTES) this.syncMeanwhile();
  }

  private syncMeanwhile(): void {
    if (this.syncing !== null) return;
    this.unsyncedBytes = 0;
    this.syncing = this.handle
      .datasync()
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.syncing = null;
      });
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure as Error;
  }
}
