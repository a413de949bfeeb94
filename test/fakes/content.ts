import { createHash, randomUUID } from 'node:crypto';
import { HISTORY_NAME, isAttachmentName } from '../../src/storage/domain/attachment-name.js';
import type { ContentFacts, OpenContent } from '../../src/storage/domain/content.js';
import { ChatNotFoundError, HistoryBusyError } from '../../src/storage/domain/errors.js';
import type {
  AttachmentContent,
  DirectoryEntries,
  Placement,
  PlacementMode,
  Replaced,
} from '../../src/storage/ports/attachment-content.js';
import type { HistoryContent } from '../../src/storage/ports/history-content.js';
import type { StagedContent, StagingArea } from '../../src/storage/ports/staging-area.js';
import type { Measurement, WorkspaceUsageReader } from '../../src/storage/ports/workspace-usage-reader.js';
import { type FakeDisk, type FakeEntry, FakeFile, openFake } from './disk.js';

/** Where a test needs to act, or to fail, just before content gets its name. */
type Hook = () => Promise<void> | void;

/** Each instance is a process of its own; what `die` was called on has let go of all. */
export class FakeStagingArea implements StagingArea {
  private static readonly live = new WeakMap<FakeDisk, Map<string, FakeStagingArea>>();
  private isDead = false;

  constructor(private readonly disk: FakeDisk) {}

  stage(): Promise<StagedContent> {
    const file = new FakeFile(this.disk.newIdentity(), Buffer.alloc(0));
    const stagedName = `.staged-${randomUUID()}`;
    this.disk.staged.set(stagedName, file);
    this.owners.set(stagedName, this);
    return Promise.resolve(
      new FakeStagedContent(this.disk, stagedName, file, () => {
        // What a dead process would have removed stays.
        if (this.isDead) return;
        this.owners.delete(stagedName);
        this.disk.staged.delete(stagedName);
      }),
    );
  }

  die(): void {
    this.isDead = true;
  }

  isAbandoned(stagedName: string): Promise<boolean> {
    return Promise.resolve(this.owners.get(stagedName)?.isDead ?? true);
  }

  listAbandoned(): Promise<string[]> {
    const names = [...this.disk.staged.keys()];
    return Promise.resolve(names.filter((name) => this.owners.get(name)?.isDead ?? true));
  }

  remove(stagedName: string): Promise<void> {
    this.disk.staged.delete(stagedName);
    return Promise.resolve();
  }

  private get owners(): Map<string, FakeStagingArea> {
    const owners = FakeStagingArea.live.get(this.disk) ?? new Map<string, FakeStagingArea>();
    FakeStagingArea.live.set(this.disk, owners);
    return owners;
  }
}

class FakeStagedContent implements StagedContent {
  constructor(
    private readonly disk: FakeDisk,
    readonly stagedName: string,
    private readonly file: FakeFile,
    private readonly letGo: () => void,
  ) {}

  get identity(): string {
    return this.file.identity;
  }

  async write(source: AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [this.file.bytes];
    for await (const chunk of source) {
      this.disk.take(chunk.length);
      // A copy: its memory may be gone with the next.
      chunks.push(Uint8Array.from(chunk));
    }
    this.file.overwrite(Buffer.concat(chunks));
  }

  append(content: OpenContent): Promise<void> {
    return this.write(content.read(0, content.facts.sizeBytes - 1));
  }

  readBack(): OpenContent {
    return openFake(this.file);
  }

  seal(): Promise<ContentFacts> {
    return Promise.resolve(this.file.facts);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    return Promise.resolve();
  }
}

export class FakeAttachmentContent implements AttachmentContent {
  beforePlace: Hook = () => undefined;

  constructor(private readonly disk: FakeDisk) {}

  open(chatId: string, name: string): Promise<OpenContent | null> {
    const file = this.disk.file(chatId, name);
    return Promise.resolve(file === null ? null : openFake(file));
  }

  find(chatId: string, name: string): Promise<ContentFacts | null> {
    return Promise.resolve(this.disk.file(chatId, name)?.facts ?? null);
  }

  listEntries(chatId: string, limit: number): Promise<DirectoryEntries> {
    const entries = [...(this.disk.directories.get(chatId)?.entries ?? [])];
    const named = (isFile: boolean): string[] =>
      entries
        .filter(([name, { kind }]) => (kind === 'file') === isFile && isAttachmentName(name))
        .map(([name]) => name);
    const [files, others] = [named(true), named(false)];
    return Promise.resolve({
      files: files.slice(0, limit),
      others: others.slice(0, limit),
      isComplete: files.length <= limit && others.length <= limit,
    });
  }

  directoryVersion(chatId: string): Promise<string> {
    return Promise.resolve(String(this.disk.directories.get(chatId)?.revision ?? ''));
  }

  async place(chatId: string, name: string, staged: StagedContent, mode: PlacementMode): Promise<Placement> {
    await this.beforePlace();
    const present = this.disk.entry(chatId, name);
    if (mode === 'new' && present !== null) return { result: 'taken' };
    this.disk.put(chatId, name, unstage(this.disk, staged));
    return { result: 'placed', replaced: replacedBy(present) };
  }

  remove(chatId: string, name: string): Promise<boolean> {
    const isThere = this.disk.file(chatId, name) !== null;
    if (isThere) this.disk.delete(chatId, name);
    return Promise.resolve(isThere);
  }

  clear(chatId: string): Promise<boolean> {
    for (const name of this.disk.directories.get(chatId)?.entries.keys() ?? [])
      if (name !== HISTORY_NAME) this.disk.delete(chatId, name);
    return Promise.resolve(true);
  }
}

function replacedBy(entry: FakeEntry | null): Replaced {
  if (entry === null) return 'nothing';
  return entry.kind === 'file' ? 'file' : 'obstacle';
}

export class FakeHistoryContent implements HistoryContent {
  beforePlace: Hook = () => undefined;
  /** A sandbox that puts something else back again and again. */
  isBusy = false;

  constructor(private readonly disk: FakeDisk) {}

  open(chatId: string): Promise<OpenContent> {
    if (this.isBusy) return Promise.reject(new HistoryBusyError());
    if (!this.disk.directories.has(chatId)) return Promise.reject(new ChatNotFoundError());
    const entry = this.disk.entry(chatId, HISTORY_NAME);
    if (entry?.kind === 'file') return Promise.resolve(openFake(entry));
    if (entry !== null) {
      this.disk.remnants.set(chatId, entry);
      this.disk.delete(chatId, HISTORY_NAME);
    }
    return Promise.resolve(openFake(this.disk.plant(chatId, HISTORY_NAME, '')));
  }

  async digest(content: OpenContent, limitBytes: number): Promise<string> {
    const { sizeBytes, version } = content.facts;
    if (sizeBytes > limitBytes) return version;
    const hash = createHash('sha256');
    for await (const chunk of content.read(0, sizeBytes - 1)) hash.update(chunk);
    return hash.digest('hex');
  }

  async place(chatId: string, staged: StagedContent, expectedVersion: string): Promise<boolean> {
    await this.beforePlace();
    if (this.isBusy) throw new HistoryBusyError();
    if (this.disk.file(chatId, HISTORY_NAME)?.facts.version !== expectedVersion) return false;
    this.disk.put(chatId, HISTORY_NAME, unstage(this.disk, staged));
    return true;
  }
}

export class FakeUsageReader implements WorkspaceUsageReader {
  isComplete = true;

  constructor(private readonly disk: FakeDisk) {}

  measure(chatIds: readonly string[]): Promise<Measurement> {
    const bytesByChat = new Map(chatIds.map((chatId) => [chatId, this.bytesOf(chatId)]));
    return Promise.resolve({ bytesByChat, isComplete: this.isComplete });
  }

  private bytesOf(chatId: string): number {
    const entries = [...(this.disk.directories.get(chatId)?.entries.values() ?? [])];
    const remnant = this.disk.remnants.get(chatId);
    return [...entries, ...(remnant === undefined ? [] : [remnant])].reduce(
      (sum, entry) => sum + (entry.kind === 'file' ? entry.facts.chargedBytes : 0),
      0,
    );
  }
}

function unstage(disk: FakeDisk, { stagedName }: StagedContent): FakeFile {
  const file = disk.staged.get(stagedName);
  if (file === undefined) throw new Error(`${stagedName} is not staged any more`);
  disk.staged.delete(stagedName);
  // Its name is part of what the version tells of, as the time of change is on a disk.
  file.revision += 1;
  return file;
}
