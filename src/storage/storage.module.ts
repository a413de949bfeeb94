import { Global, Module } from '@nestjs/common';
import { StorageMigrations } from './adapters/database/migrations.js';
import { SqlChatFileRepository } from './adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from './adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from './adapters/database/sql-workspace-repository.js';
import { SqlWriteLedger } from './adapters/database/sql-write-ledger.js';
import { LocalChatContent } from './adapters/filesystem/local-chat-content.js';
import { ChatController } from './adapters/http/chat.controller.js';
import { FileContentController } from './adapters/http/file-content.controller.js';
import { FileController } from './adapters/http/file.controller.js';
import { HistoryController } from './adapters/http/history.controller.js';
import { UploadController } from './adapters/http/upload.controller.js';
import { WorkspaceController } from './adapters/http/workspace.controller.js';
import { LifecycleSandboxActivity } from './adapters/sandbox/lifecycle-sandbox-activity.js';
import { StorageSweeper } from './adapters/schedule/storage-sweeper.js';
import { CHAT_CONTENT } from './ports/chat-content.js';
import { CHAT_FILE_REPOSITORY } from './ports/chat-file-repository.js';
import { CHAT_REPOSITORY } from './ports/chat-repository.js';
import { SANDBOX_ACTIVITY } from './ports/sandbox-activity.js';
import { WORKSPACE_REPOSITORY } from './ports/workspace-repository.js';
import { WRITE_LEDGER } from './ports/write-ledger.js';
import { ChatRemoval } from './use-cases/chat-removal.js';
import { ClearFiles } from './use-cases/clear-files.js';
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
import { ListChats } from './use-cases/list-chats.js';
import { ListFiles } from './use-cases/list-files.js';
import { ListWorkspaces } from './use-cases/list-workspaces.js';
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
const PARTS = [ChatRemoval, ContentWriter, FileInventory, Quota, RecoverWrites, SweepStorage, WorkspaceMeter];

const PORTS = [
  { provide: WORKSPACE_REPOSITORY, useClass: SqlWorkspaceRepository },
  { provide: CHAT_REPOSITORY, useClass: SqlChatRepository },
  { provide: CHAT_FILE_REPOSITORY, useClass: SqlChatFileRepository },
  { provide: WRITE_LEDGER, useClass: SqlWriteLedger },
  { provide: CHAT_CONTENT, useClass: LocalChatContent },
  { provide: SANDBOX_ACTIVITY, useClass: LifecycleSandboxActivity },
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
  providers: [...PORTS, ...PARTS, ...USE_CASES, StorageMigrations, StorageSweeper],
  exports: [PrepareChatDirectory],
})
export class StorageModule {}
