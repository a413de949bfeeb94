import type { StorageConfig } from '../../src/config/sections.js';
import type { Database } from '../../src/persistence/database.js';
import { SqlChatFileRepository } from '../../src/storage/adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from '../../src/storage/adapters/database/sql-write-ledger.js';
import { ObservedAttachmentContent } from '../../src/storage/adapters/filesystem/observed-attachment-content.js';
import { ObservedHistoryContent } from '../../src/storage/adapters/filesystem/observed-history-content.js';
import { ObservedStagingArea } from '../../src/storage/adapters/filesystem/observed-staging-area.js';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import type { Slice } from '../../src/storage/domain/slice.js';
import { ClearFiles } from '../../src/storage/use-cases/clear-files.js';
import { ContentEvents } from '../../src/storage/use-cases/content-events.js';
import { ContentWriter } from '../../src/storage/use-cases/content-writer.js';
import { DeleteFile } from '../../src/storage/use-cases/delete-file.js';
import { FileInventory } from '../../src/storage/use-cases/file-inventory.js';
import { GetChat } from '../../src/storage/use-cases/get-chat.js';
import { GetFile } from '../../src/storage/use-cases/get-file.js';
import { GetHistory } from '../../src/storage/use-cases/get-history.js';
import { GetWorkspace } from '../../src/storage/use-cases/get-workspace.js';
import { GetWorkspaceUsage } from '../../src/storage/use-cases/get-workspace-usage.js';
import { ListFiles } from '../../src/storage/use-cases/list-files.js';
import { Quota } from '../../src/storage/use-cases/quota.js';
import { RecoverWrites } from '../../src/storage/use-cases/recover-writes.js';
import { type FileToStore, StoreFile, type StoredFile } from '../../src/storage/use-cases/store-file.js';
import { WorkspaceMeter } from '../../src/storage/use-cases/workspace-meter.js';
import { type HistoryToWrite, WriteHistory } from '../../src/storage/use-cases/write-history.js';
import { aStorageConfig } from '../builders/configuration.js';
import { CHAT } from '../builders/ids.js';
import { aChat, aWorkspace, WORKSPACE } from '../builders/storage.js';
import { openDatabase } from '../support/test-database.js';
import { FakeAttachmentContent, FakeHistoryContent, FakeStagingArea, FakeUsageReader } from './content.js';
import { FakeDisk } from './disk.js';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from './observability.js';
import { SequentialIds, SteppableClock } from './system.js';

const ALL: Slice = { after: null, limit: 1000 };

/** The bytes as a client sends them, in pieces. */
export async function* sent(content: string | Uint8Array, pieceBytes = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await Promise.resolve();
    yield bytes.subarray(at, at + pieceBytes);
  }
}

/** The use cases of files and histories over a database and a disk in memory, with one workspace and one chat in it. */
export class FileStore {
  readonly clock = new SteppableClock();
  readonly logger = new RecordingLogger();
  readonly metrics = new RecordingMetrics();
  readonly staging: FakeStagingArea;
  readonly content: FakeAttachmentContent;
  readonly history: FakeHistoryContent;
  readonly reader: FakeUsageReader;
  readonly workspaces: SqlWorkspaceRepository;
  readonly chats: SqlChatRepository;
  readonly files: SqlChatFileRepository;
  readonly ledger: SqlWriteLedger;
  readonly meter: WorkspaceMeter;
  readonly storeFile: StoreFile;
  readonly listFiles: ListFiles;
  readonly getFile: GetFile;
  readonly deleteFile: DeleteFile;
  readonly clearFiles: ClearFiles;
  readonly getHistory: GetHistory;
  readonly writeHistory: WriteHistory;
  readonly usage: GetWorkspaceUsage;
  readonly recoverWrites: RecoverWrites;

  private constructor(
    private readonly database: Database,
    readonly disk: FakeDisk,
    readonly tracer: RecordingTracer,
    config: StorageConfig,
    ids: SequentialIds,
  ) {
    const { clock, logger, metrics } = this;
    this.staging = new FakeStagingArea(disk);
    this.content = new FakeAttachmentContent(disk);
    this.history = new FakeHistoryContent(disk);
    this.reader = new FakeUsageReader(disk);
    this.workspaces = new SqlWorkspaceRepository(database);
    this.chats = new SqlChatRepository(database);
    this.files = new SqlChatFileRepository(database);
    this.ledger = new SqlWriteLedger(database);
    const { files, ledger } = this;
    const staging = new ObservedStagingArea(this.staging, tracer);
    const content = new ObservedAttachmentContent(this.content, tracer);
    const history = new ObservedHistoryContent(this.history, tracer);
    const getChat = new GetChat(this.chats, tracer);
    this.meter = new WorkspaceMeter(this.chats, this.reader, ledger, logger);
    const events = new ContentEvents(logger, metrics);
    const quota = new Quota(ledger, events, this.meter, config);
    const writer = new ContentWriter(staging, ledger, clock, ids, logger, quota);
    const inventory = new FileInventory(content, files, clock, ids, config);
    this.storeFile = new StoreFile(content, files, tracer, getChat, writer, events, config);
    this.listFiles = new ListFiles(files, content, tracer, getChat, inventory, config);
    this.getFile = new GetFile(files, content, tracer, getChat);
    this.deleteFile = new DeleteFile(files, content, tracer, this.getFile, events);
    this.clearFiles = new ClearFiles(content, tracer, getChat, inventory, events);
    this.getHistory = new GetHistory(history, tracer, getChat, config);
    this.writeHistory = new WriteHistory(history, staging, tracer, getChat, writer, events, config);
    this.usage = new GetWorkspaceUsage(tracer, new GetWorkspace(this.workspaces, tracer), this.meter, config);
    this.recoverWrites = new RecoverWrites(staging, ledger, content, logger);
  }

  static async open(overrides: Partial<StorageConfig> = {}): Promise<FileStore> {
    const tracer = new RecordingTracer();
    const database = await openDatabase('sqlite::memory:', tracer);
    const ids = new SequentialIds();
    const store = new FileStore(database, new FakeDisk(), tracer, aStorageConfig(overrides), ids);
    await store.workspaces.add(aWorkspace());
    await store.chats.add(aChat());
    return store;
  }

  /** Another process on the same database and disk, as after a restart. */
  restarted(overrides: Partial<StorageConfig> = {}): FileStore {
    const ids = new SequentialIds();
    return new FileStore(this.database, this.disk, this.tracer, aStorageConfig(overrides), ids);
  }

  close(): Promise<void> {
    return this.database.onApplicationShutdown();
  }

  store(
    name: string,
    content: string | Uint8Array,
    overrides: Partial<FileToStore> = {},
  ): Promise<StoredFile> {
    return this.storeFile.execute({
      chatId: CHAT,
      name,
      contentType: 'text/plain',
      declaredBytes: Buffer.from(content).length,
      mode: 'new',
      source: sent(content),
      ...overrides,
    });
  }

  write(content: string | Uint8Array, overrides: Partial<HistoryToWrite> = {}): Promise<string> {
    const declaredBytes = Buffer.from(content).length;
    const source = sent(content);
    return this.writeHistory.execute({
      chatId: CHAT,
      mode: 'append',
      declaredBytes,
      expected: null,
      source,
      ...overrides,
    });
  }

  async list(): Promise<ChatFile[]> {
    const listed = await this.listFiles.execute(CHAT, ALL);
    return listed.filter(({ isPresent }) => isPresent).map(({ file }) => file);
  }

  /** What is there of writes under way: nothing, once all has ended. */
  async underWay(): Promise<{ staged: number; writes: number; reservedBytes: number }> {
    const { reservedBytes } = await this.ledger.account(WORKSPACE);
    return { staged: this.disk.staged.size, writes: (await this.ledger.list()).length, reservedBytes };
  }
}

export const NOTHING_UNDER_WAY = { staged: 0, writes: 0, reservedBytes: 0 };
