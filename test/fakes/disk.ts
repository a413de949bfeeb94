import type { ContentFacts, OpenContent } from '../../src/storage/domain/content.js';
import { StorageFullError } from '../../src/storage/domain/errors.js';

/** What a sandbox can put in the place of a file. */
export type Obstacle = 'symlink' | 'directory' | 'fifo' | 'socket' | 'device' | 'hard_link';

export class FakeFile {
  readonly kind = 'file';
  revision = 1;

  constructor(
    readonly identity: string,
    public bytes: Buffer,
  ) {}

  get facts(): ContentFacts {
    const { identity, revision, bytes } = this;
    const size = bytes.length;
    return { sizeBytes: size, chargedBytes: size, identity, version: `${identity}-${revision}` };
  }

  overwrite(bytes: Buffer): void {
    this.bytes = bytes;
    this.revision += 1;
  }
}

export type FakeEntry = FakeFile | { readonly kind: Obstacle };

interface FakeDirectory {
  readonly entries: Map<string, FakeEntry>;
  revision: number;
}

/** The disk under the chats, in memory; tests do here what a sandbox would. */
export class FakeDisk {
  readonly directories = new Map<string, FakeDirectory>();
  /** By chat: what stood in the history's place. */
  readonly remnants = new Map<string, FakeEntry>();
  /** By name: what has got no name in a chat yet. */
  readonly staged = new Map<string, FakeFile>();
  /** What still fits. */
  freeBytes = Infinity;
  private made = 0;

  newIdentity(): string {
    this.made += 1;
    return `disk:${this.made}`;
  }

  directory(chatId: string): FakeDirectory {
    const directory = this.directories.get(chatId) ?? { entries: new Map<string, FakeEntry>(), revision: 1 };
    this.directories.set(chatId, directory);
    return directory;
  }

  /** @throws StorageFullError */
  take(bytes: number): void {
    if (bytes > this.freeBytes) throw new StorageFullError('the disk is full');
    this.freeBytes -= bytes;
  }

  entry(chatId: string, name: string): FakeEntry | null {
    return this.directories.get(chatId)?.entries.get(name) ?? null;
  }

  file(chatId: string, name: string): FakeFile | null {
    const entry = this.entry(chatId, name);
    return entry?.kind === 'file' ? entry : null;
  }

  put(chatId: string, name: string, entry: FakeEntry): void {
    const directory = this.directory(chatId);
    directory.entries.set(name, entry);
    directory.revision += 1;
  }

  delete(chatId: string, name: string): void {
    const directory = this.directory(chatId);
    if (directory.entries.delete(name)) directory.revision += 1;
  }

  /** A file that the sandbox wrote; one that is there already gets other bytes. */
  plant(chatId: string, name: string, content: string | Uint8Array): FakeFile {
    const bytes = Buffer.from(content);
    const present = this.file(chatId, name);
    present?.overwrite(bytes);
    const file = present ?? new FakeFile(this.newIdentity(), bytes);
    if (present === null) this.put(chatId, name, file);
    return file;
  }

  plantObstacle(chatId: string, name: string, kind: Obstacle): void {
    this.put(chatId, name, { kind });
  }

  /** @returns null where no file bears the name */
  textOf(chatId: string, name: string): string | null {
    return this.file(chatId, name)?.bytes.toString() ?? null;
  }
}

/** Open content, in pieces of some bytes as a disk gives it. */
export function openFake(file: FakeFile): OpenContent {
  const { facts } = file;
  return {
    facts,
    async *read(start, end) {
      for (let at = start; at <= end && at < file.bytes.length; at += PIECE) {
        await Promise.resolve();
        yield file.bytes.subarray(at, Math.min(at + PIECE, end + 1));
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const PIECE = 1000;
