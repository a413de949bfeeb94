import type { FileHandle } from 'node:fs/promises';

/** What is gathered before it is written: large enough that round trips do not count. */
const BATCH_BYTES = 512 * 1024;
/** Each chunk may hold on to a buffer of the socket's that is far larger than itself. */
const BATCH_CHUNKS = 64;
/** What is handed to the disk at one time, rather than all of it at the end, when its writer waits for nothing else. */
const SYNC_BYTES = 16 * 1024 * 1024;

/**
 * Appends chunks to a file in batches: while one is being written the next is gathered, so neither the source nor the
 * disk waits for the other, and no more than two batches are in memory.
 */
export class ChunkWriter {
  private batch: Uint8Array[] = [];
  private batchBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private unsyncedBytes = 0;
  private syncing: Promise<void> | null = null;
  private failure: unknown = null;

  /** @param position where the first chunk goes */
  constructor(
    private readonly handle: FileHandle,
    private position: number,
  ) {}

  /** @returns where the next chunk would go */
  async writeAll(source: AsyncIterable<Uint8Array>): Promise<number> {
    try {
      for await (const chunk of source) {
        this.throwFailure();
        this.batch.push(chunk);
        this.batchBytes += chunk.byteLength;
        if (this.batchBytes >= BATCH_BYTES || this.batch.length >= BATCH_CHUNKS) await this.nextBatch();
      }
      await this.nextBatch();
    } finally {
      // Nothing goes on behind the caller's back, also where the source has failed.
      await this.writing;
      await this.syncing;
    }
    this.throwFailure();
    return this.position;
  }

  private async nextBatch(): Promise<void> {
    await this.writing;
    this.throwFailure();
    const { batch, batchBytes } = this;
    this.batch = [];
    this.batchBytes = 0;
    this.writing = this.writeBatch(batch, batchBytes).catch((error: unknown) => {
      this.failure = error;
    });
  }

  /** The system may write less than it was given, as it does on a disk that is about to be full. */
  private async writeBatch(batch: Uint8Array[], batchBytes: number): Promise<void> {
    const { bytesWritten } = await this.handle.writev(batch, this.position);
    let written = bytesWritten;
    if (written < batchBytes) {
      const whole = Buffer.concat(batch);
      while (written < batchBytes)
        written += (await this.handle.write(whole, written, batchBytes - written, this.position + written))
          .bytesWritten;
    }
    this.position += written;
    this.unsyncedBytes += written;
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
