import { type FactoryProvider, Global, Module, type Type } from '@nestjs/common';
import { TRACER, type Tracer } from '../observability/ports/tracer.js';
import { StorageMigrations } from './adapters/database/migrations.js';
import { SqlChatFileRepository } from './adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from './adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from './adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from './adapters/database/sql-write-ledger.js';
import { DirectoryClearer } from './adapters/filesystem/directory-clearer.js';
import { DiscardPile } from './adapters/filesystem/discard-pile.js';
import { FindUsageReader } from './adapters/filesystem/find-usage-reader.js';
import { HostileEntries } from './adapters/filesystem/hostile-entries.js';
import { LocalAttachmentContent } from './adapters/filesystem/local-attachment-content.js';
import { LocalChatContent } from './adapters/filesystem/local-chat-content.js';
import { LocalHistoryContent } from './adapters/filesystem/local-history-content.js';
import { LocalStagingArea } from './adapters/filesystem/local-staging-area.js';
import { ObservedAttachmentContent } from './adapters/filesystem/observed-attachment-content.js';
import { ObservedChatContent } from './adapters/filesystem/observed-chat-content.js';
import { ObservedHistoryContent } from './adapters/filesystem/observed-history-content.js';
import { ObservedStagingArea } from './adapters/filesystem/observed-staging-area.js';
import { ChatController } from './adapters/http/chat.controller.js';
import { FileContentController } from './adapters/http/file-content.controller.js';
import { FileController } from './adapters/http/file.controller.js';
import { HistoryController } from './adapters/http/history.controller.js';
import { UploadController } from './adapters/http/upload.controller.js';
import { WorkspaceController } from './adapters/http/workspace.controller.js';
import { LifecycleSandboxActivity } from './adapters/sandbox/lifecycle-sandbox-activity.js';
import { StorageSweeper } from './adapters/schedule/storage-sweeper.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from './ports/attachment-content.js';
import { CHAT_CONTENT, type ChatContent } from './ports/chat-content.js';
import { CHAT_FILE_REPOSITORY } from './ports/chat-file-repository.js';
import { CHAT_REPOSITORY } from './ports/chat-repository.js';
import { HISTORY_CONTENT, type HistoryContent } from './ports/history-content.js';
import { SANDBOX_ACTIVITY } from './ports/sandbox-activity.js';
import { STAGING_AREA, type StagingArea } from './ports/staging-area.js';
import { WORKSPACE_REPOSITORY } from './ports/workspace-repository.js';
import { WRITE_LEDGER } from './ports/write-ledger.js';
import { WORKSPACE_USAGE_READER } from './ports/workspace-usage-reader.js';
import { ChatRemoval } from './use-cases/chat-removal.js';
import { ClearFiles } from './use-cases/clear-files.js';
import { ContentEvents } from './use-cases/content-events.js';
import { ContentWriter } from './use-cases/content-writer.js';
import { CreateChat } from './use-cases/create-chat.js';
import { CreateWorkspace } from './use-cases/create-workspace.js';
import { DeleteChat } from './use-cases/delete-chat.js';
import { DeleteFile } from './use-cases/delete-file.js';
import { DeleteWorkspace } from './use-cases/delete-workspace.js';
import { FileInventory } from './use-cases/file-inventory.js';
import { FinishDeletions } from './use-cases/finish-deletions.js';
import { GetChat } from './use-cases/get-chat.js';
import { GetFile } from './use-cases/get-file.js';
import { GetHistory } from './use-cases/get-history.js';
import { GetWorkspaceUsage } from './use-cases/get-workspace-usage.js';
import { GetWorkspace } from './use-cases/get-workspace.js';
import { HistoryRewriter } from './use-cases/history-rewriter.js';
import { ListChats } from './use-cases/list-chats.js';
import { ListFiles } from './use-cases/list-files.js';
import { ListWorkspaces } from './use-cases/list-workspaces.js';
import { OpenHistory } from './use-cases/open-history.js';
import { PrepareChatDirectory } from './use-cases/prepare-chat-directory.js';
import { Quota } from './use-cases/quota.js';
import { RecoverWrites } from './use-cases/recover-writes.js';
import { StoreFile } from './use-cases/store-file.js';
import { SweepStorage } from './use-cases/sweep-storage.js';
import { WorkspaceMeter } from './use-cases/workspace-meter.js';
import { WriteHistory } from './use-cases/write-history.js';

const USE_CASES = [
  CreateWorkspace,
  GetWorkspace,
  ListWorkspaces,
  DeleteWorkspace,
  CreateChat,
  GetChat,
  ListChats,
  DeleteChat,
  StoreFile,
  ListFiles,
  GetFile,
  DeleteFile,
  ClearFiles,
  GetHistory,
  WriteHistory,
  GetWorkspaceUsage,
  FinishDeletions,
  PrepareChatDirectory,
];

/** What use cases share. */
const PARTS = [
  ChatRemoval,
  ContentEvents,
  ContentWriter,
  FileInventory,
  HistoryRewriter,
  OpenHistory,
  Quota,
  RecoverWrites,
  SweepStorage,
  WorkspaceMeter,
];

/** The port's adapter with its work traced. */
const traced = <T>(
  provide: symbol,
  Adapter: Type<T>,
  Observed: new (adapter: T, tracer: Tracer) => T,
): FactoryProvider<T> => ({
  provide,
  inject: [Adapter, TRACER],
  useFactory: (adapter: T, tracer: Tracer) => new Observed(adapter, tracer),
});

const PORTS = [
  { provide: WORKSPACE_REPOSITORY, useClass: SqlWorkspaceRepository },
  { provide: CHAT_REPOSITORY, useClass: SqlChatRepository },
  { provide: CHAT_FILE_REPOSITORY, useClass: SqlChatFileRepository },
  { provide: WRITE_LEDGER, useClass: SqlWriteLedger },
  traced<ChatContent>(CHAT_CONTENT, LocalChatContent, ObservedChatContent),
  traced<StagingArea>(STAGING_AREA, LocalStagingArea, ObservedStagingArea),
  traced<AttachmentContent>(ATTACHMENT_CONTENT, LocalAttachmentContent, ObservedAttachmentContent),
  traced<HistoryContent>(HISTORY_CONTENT, LocalHistoryContent, ObservedHistoryContent),
  { provide: WORKSPACE_USAGE_READER, useClass: FindUsageReader },
  { provide: SANDBOX_ACTIVITY, useClass: LifecycleSandboxActivity },
];

/** The adapters of content, and what they share. */
const CONTENT = [
  LocalChatContent,
  LocalStagingArea,
  LocalAttachmentContent,
  LocalHistoryContent,
  DiscardPile,
  DirectoryClearer,
  HostileEntries,
];

/** Workspaces, chats and files, which outlive sandboxes. Global, as the sandbox module is, and for the same reason. */
@Global()
@Module({
  controllers: [
    WorkspaceController,
    ChatController,
    HistoryController,
    UploadController,
    FileController,
    FileContentController,
  ],
  providers: [...PORTS, ...CONTENT, ...PARTS, ...USE_CASES, StorageMigrations, StorageSweeper],
  exports: [PrepareChatDirectory],
})
export class StorageModule {}
