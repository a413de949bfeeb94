import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import type { OpenContent } from '../../src/storage/domain/content.js';
import type { OpenedFile } from '../../src/storage/use-cases/get-file.js';
import type { OpenedHistory } from '../../src/storage/use-cases/get-history.js';
import type { ListedFile } from '../../src/storage/use-cases/list-files.js';
import type { FileToStore, StoredFile } from '../../src/storage/use-cases/store-file.js';
import type { HistoryToWrite } from '../../src/storage/use-cases/write-history.js';
import type { Slice } from '../../src/storage/domain/slice.js';
import { aChatFile } from '../builders/storage.js';

/** Content in memory that knows how often it was disposed. */
export class FakeContent implements OpenContent {
  disposals = 0;
  /** How many bytes are really there. */
  presentBytes: number;
  readonly facts;

  constructor(
    readonly bytes: Buffer,
    private readonly pieceBytes = 64 * 1024,
  ) {
    this.presentBytes = bytes.length;
    this.facts = {
      sizeBytes: bytes.length,
      chargedBytes: bytes.length,
      identity: '1-2',
      version: '1-2-3',
    };
  }

  async *read(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    const stop = Math.min(end + 1, this.presentBytes);
    for (let at = start; at < stop; at += this.pieceBytes) {
      yield await Promise.resolve(this.bytes.subarray(at, Math.min(stop, at + this.pieceBytes)));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposals += 1;
    return Promise.resolve();
  }
}

/** What the routes hand to the use cases, and what those shall answer. */
export class FakeStorage {
  file: ChatFile = aChatFile();
  content = new FakeContent(Buffer.from('0123456789'));
  listed: ListedFile[] = [];
  isNew = true;
  /** Thrown before anything is read. */
  refusal: Error | null = null;
  /** Thrown once so many bytes have been read. */
  breaking: { afterBytes: number; error: Error } | null = null;
  /** Whoever takes this long for every piece. */
  onPiece: () => Promise<void> = () => Promise.resolve();

  readonly stored: { file: FileToStore; bytes: Buffer }[] = [];
  readonly written: { history: HistoryToWrite; bytes: Buffer }[] = [];
  readonly calls: unknown[][] = [];
  /** What the sources threw. */
  readonly failures: unknown[] = [];
  readBytes = 0;

  readonly storeFile = {
    execute: async (file: FileToStore): Promise<StoredFile> => {
      this.stored.push({ file, bytes: await this.read(file.source) });
      return { file: { ...this.file, name: file.name, contentType: file.contentType }, isNew: this.isNew };
    },
  };

  readonly writeHistory = {
    execute: async (history: HistoryToWrite): Promise<string> => {
      this.written.push({ history, bytes: await this.read(history.source) });
      return 'new-tag';
    },
  };

  readonly getFile = {
    execute: (...call: string[]): Promise<ChatFile> => this.answer(['get', ...call], this.file),
    open: (...call: string[]): Promise<OpenedFile> =>
      this.answer(['open', ...call], { file: this.file, content: this.content }),
  };

  readonly getHistory = {
    execute: (...call: string[]): Promise<OpenedHistory> =>
      this.answer(['history', ...call], { content: this.content, tag: 'the-tag' }),
  };

  readonly listFiles = {
    execute: (chatId: string, slice: Slice): Promise<ListedFile[]> =>
      this.answer(['list', chatId, slice], this.listed),
  };

  readonly deleteFile = {
    execute: (...call: string[]): Promise<void> => this.answer(['delete', ...call], undefined),
  };

  readonly clearFiles = {
    execute: (...call: string[]): Promise<void> => this.answer(['clear', ...call], undefined),
  };

  private answer<T>(call: unknown[], value: T): Promise<T> {
    this.calls.push(call);
    return this.refusal === null ? Promise.resolve(value) : Promise.reject(this.refusal);
  }

  private async read(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
    if (this.refusal !== null) throw this.refusal;
    const pieces: Uint8Array[] = [];
    this.readBytes = 0;
    try {
      for await (const piece of source) {
        this.readBytes += piece.length;
        if (this.breaking !== null && this.readBytes >= this.breaking.afterBytes) throw this.breaking.error;
        await this.onPiece();
        // A copy: its memory is gone with the next.
        pieces.push(Uint8Array.from(piece));
      }
    } catch (error) {
      this.failures.push(error);
      throw error;
    }
    return Buffer.concat(pieces);
  }
}
