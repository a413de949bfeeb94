import { Global, Module } from '@nestjs/common';
import { StorageMigrations } from './adapters/database/migrations.js';
import { SqlChatFileRepository } from './adapters/database/sql-chat-file-repository.js';
import { SqlChatRepository } from './adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from './adapters/database/sql-workspace-repository.js';
import { DirectoryClearer } from './adapters/filesystem/directory-clearer.js';
import { DiscardPile } from './adapters/filesystem/discard-pile.js';
import { FindUsageReader } from './adapters/filesystem/find-usage-reader.js';
import { HostileEntries } from './adapters/filesystem/hostile-entries.js';
import { LocalAttachmentContent } from './adapters/filesystem/local-attachment-content.js';
import { LocalChatContent } from './adapters/filesystem/local-chat-content.js';
import { LocalHistoryContent } from './adapters/filesystem/local-history-content.js';
import { LocalStagingArea } from './adapters/filesystem/local-staging-area.js';
import { ChatController } from './adapters/http/chat.controller.js';
import { WorkspaceController } from './adapters/http/workspace.controller.js';
import { LifecycleSandboxActivity } from './adapters/sandbox/lifecycle-sandbox-activity.js';
import { DeletionFinisher } from './adapters/schedule/deletion-finisher.js';
import { ATTACHMENT_CONTENT } from './ports/attachment-content.js';
import { CHAT_CONTENT } from './ports/chat-content.js';
import { CHAT_FILE_REPOSITORY } from './ports/chat-file-repository.js';
import { CHAT_REPOSITORY } from './ports/chat-repository.js';
import { HISTORY_CONTENT } from './ports/history-content.js';
import { SANDBOX_ACTIVITY } from './ports/sandbox-activity.js';
import { STAGING_AREA } from './ports/staging-area.js';
import { WORKSPACE_REPOSITORY } from './ports/workspace-repository.js';
import { WORKSPACE_USAGE_READER } from './ports/workspace-usage-reader.js';
import { ChatRemoval } from './use-cases/chat-removal.js';
import { CreateChat } from './use-cases/create-chat.js';
import { CreateWorkspace } from './use-cases/create-workspace.js';
import { DeleteChat } from './use-cases/delete-chat.js';
import { DeleteWorkspace } from './use-cases/delete-workspace.js';
import { FinishDeletions } from './use-cases/finish-deletions.js';
import { GetChat } from './use-cases/get-chat.js';
import { GetWorkspace } from './use-cases/get-workspace.js';
import { ListChats } from './use-cases/list-chats.js';
import { ListWorkspaces } from './use-cases/list-workspaces.js';
import { PrepareChatDirectory } from './use-cases/prepare-chat-directory.js';

const USE_CASES = [
  CreateWorkspace,
  GetWorkspace,
  ListWorkspaces,
  DeleteWorkspace,
  CreateChat,
  GetChat,
  ListChats,
  DeleteChat,
  FinishDeletions,
  PrepareChatDirectory,
];

const PORTS = [
  { provide: WORKSPACE_REPOSITORY, useClass: SqlWorkspaceRepository },
  { provide: CHAT_REPOSITORY, useClass: SqlChatRepository },
  { provide: CHAT_FILE_REPOSITORY, useClass: SqlChatFileRepository },
  { provide: CHAT_CONTENT, useClass: LocalChatContent },
  { provide: STAGING_AREA, useClass: LocalStagingArea },
  { provide: ATTACHMENT_CONTENT, useClass: LocalAttachmentContent },
  { provide: HISTORY_CONTENT, useClass: LocalHistoryContent },
  { provide: WORKSPACE_USAGE_READER, useClass: FindUsageReader },
  { provide: SANDBOX_ACTIVITY, useClass: LifecycleSandboxActivity },
];

/** What the adapters of content share. */
const CONTENT = [DiscardPile, DirectoryClearer, HostileEntries];

/** Workspaces and chats, which outlive sandboxes. Global, as the sandbox module is, and for the same reason. */
@Global()
@Module({
  controllers: [WorkspaceController, ChatController],
  providers: [...PORTS, ...CONTENT, ChatRemoval, ...USE_CASES, StorageMigrations, DeletionFinisher],
  exports: [PrepareChatDirectory],
})
export class StorageModule {}
