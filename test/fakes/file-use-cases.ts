import type { StorageConfig } from '../../src/config/sections.js';
import type { Database } from '../../src/persistence/database.js';
import { SqlChatFileRepository } from '../../src/storage/adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from '../../src/storage/adapters/database/sql-write-ledger.js';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import type { Slice } from '../../src/storage/domain/slice.js';
import type { AttachmentContent } from '../../src/storage/ports/attachment-content.js';
import type { ChatContent } from '../../src/storage/ports/chat-content.js';
import type { HistoryContent } from '../../src/storage/ports/history-content.js';
import type { StagingArea } from '../../src/storage/ports/staging-area.js';
import type { WorkspaceUsageReader } from '../../src/storage/ports/workspace-usage-reader.js';
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
import { HistoryRewriter } from '../../src/storage/use-cases/history-rewriter.js';
import { ListFiles } from '../../src/storage/use-cases/list-files.js';
import { OpenHistory } from '../../src/storage/use-cases/open-history.js';
import { Quota } from '../../src/storage/use-cases/quota.js';
import { RecoverWrites } from '../../src/storage/use-cases/recover-writes.js';
import { type FileToStore, StoreFile, type StoredFile } from '../../src/storage/use-cases/store-file.js';
import { WorkspaceMeter } from '../../src/storage/use-cases/workspace-meter.js';
import { type HistoryToWrite, WriteHistory } from '../../src/storage/use-cases/write-history.js';
import { CHAT } from '../builders/ids.js';
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

/** Where the content lies. */
export interface ContentPorts {
  readonly staging: StagingArea;
  readonly content: AttachmentContent;
  readonly history: HistoryContent;
  readonly chatContent: ChatContent;
  readonly reader: WorkspaceUsageReader;
}

/** The use cases of files and histories as one process has them, over any database and any content. */
export class FileUseCases {
  readonly clock = new SteppableClock();
  readonly logger = new RecordingLogger();
  readonly metrics = new RecordingMetrics();
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

  constructor(
    protected readonly database: Database,
    { staging, content, history, chatContent, reader }: ContentPorts,
    config: StorageConfig,
    readonly tracer = new RecordingTracer(),
  ) {
    const ids = new SequentialIds();
    const { clock, logger, metrics } = this;
    this.workspaces = new SqlWorkspaceRepository(database);
    this.chats = new SqlChatRepository(database);
    this.files = new SqlChatFileRepository(database);
    this.ledger = new SqlWriteLedger(database);
    const { files, ledger } = this;
    const getChat = new GetChat(this.chats, tracer);
    this.meter = new WorkspaceMeter(this.chats, reader, ledger, logger);
    const events = new ContentEvents(logger, metrics);
    const quota = new Quota(ledger, events, this.meter, config);
    const writer = new ContentWriter(staging, ledger, clock, ids, logger, quota);
    const inventory = new FileInventory(content, files, clock, ids, config);
    this.storeFile = new StoreFile(content, files, tracer, getChat, writer, events, config);
    this.listFiles = new ListFiles(files, content, tracer, getChat, inventory, config);
    this.getFile = new GetFile(files, content, tracer, getChat);
    this.deleteFile = new DeleteFile(ledger, content, tracer, this.getFile, events);
    this.clearFiles = new ClearFiles(content, tracer, getChat, inventory, events);
    const openHistory = new OpenHistory(history, chatContent, this.chats);
    this.getHistory = new GetHistory(history, tracer, getChat, openHistory, config);
    const rewriter = new HistoryRewriter(history, staging, openHistory, config);
    this.writeHistory = new WriteHistory(tracer, getChat, writer, rewriter, events, config);
    this.usage = new GetWorkspaceUsage(tracer, new GetWorkspace(this.workspaces, tracer), this.meter, config);
    this.recoverWrites = new RecoverWrites(staging, ledger, content, logger);
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
}
