import type { StorageConfig } from '../../src/config/sections.js';
import type { Database } from '../../src/persistence/database.js';
import { ObservedAttachmentContent } from '../../src/storage/adapters/filesystem/observed-attachment-content.js';
import { ObservedHistoryContent } from '../../src/storage/adapters/filesystem/observed-history-content.js';
import { ObservedStagingArea } from '../../src/storage/adapters/filesystem/observed-staging-area.js';
import { aStorageConfig } from '../builders/configuration.js';
import { CHAT } from '../builders/ids.js';
import { aChat, aWorkspace, WORKSPACE } from '../builders/storage.js';
import { openDatabase } from '../support/test-database.js';
import { FakeAttachmentContent, FakeHistoryContent, FakeStagingArea, FakeUsageReader } from './content.js';
import { FakeDisk } from './disk.js';
import { FileUseCases } from './file-use-cases.js';
import { RecordingTracer } from './observability.js';
import { FakeChatContent } from './storage.js';

/** The use cases of files and histories over a database and a disk in memory, with one workspace and one chat in it. */
export class FileStore extends FileUseCases {
  readonly staging: FakeStagingArea;
  readonly content: FakeAttachmentContent;
  readonly history: FakeHistoryContent;
  readonly chatContent: FakeChatContent;
  readonly reader: FakeUsageReader;

  private constructor(
    database: Database,
    readonly disk: FakeDisk,
    tracer: RecordingTracer,
    config: StorageConfig,
  ) {
    const fakes = {
      staging: new FakeStagingArea(disk),
      content: new FakeAttachmentContent(disk),
      history: new FakeHistoryContent(disk),
      chatContent: new FakeChatContent(disk),
      reader: new FakeUsageReader(disk),
    };
    const observed = {
      ...fakes,
      staging: new ObservedStagingArea(fakes.staging, tracer),
      content: new ObservedAttachmentContent(fakes.content, tracer),
      history: new ObservedHistoryContent(fakes.history, tracer),
    };
    super(database, observed, config, tracer);
    this.staging = fakes.staging;
    this.content = fakes.content;
    this.history = fakes.history;
    this.chatContent = fakes.chatContent;
    this.reader = fakes.reader;
  }

  static async open(overrides: Partial<StorageConfig> = {}): Promise<FileStore> {
    const tracer = new RecordingTracer();
    const database = await openDatabase('sqlite::memory:', tracer);
    const store = new FileStore(database, new FakeDisk(), tracer, aStorageConfig(overrides));
    await store.workspaces.add(aWorkspace());
    await store.chats.add(aChat());
    await store.chatContent.ensureLayout(CHAT);
    return store;
  }

  /** Another process on the same database and disk, as after a restart. */
  restarted(overrides: Partial<StorageConfig> = {}): FileStore {
    return new FileStore(this.database, this.disk, this.tracer, aStorageConfig(overrides));
  }

  close(): Promise<void> {
    return this.database.onApplicationShutdown();
  }

  /** What is there of writes under way: nothing, once all has ended. */
  async underWay(): Promise<{ staged: number; writes: number; reservedBytes: number }> {
    const { reservedBytes } = await this.ledger.account(WORKSPACE);
    return { staged: this.disk.staged.size, writes: (await this.ledger.list()).length, reservedBytes };
  }
}

export const NOTHING_UNDER_WAY = { staged: 0, writes: 0, reservedBytes: 0 };
