import { SqlChatRepository } from '../../src/storage/adapters/database/sql-chat-repository.js';
import { SqlWorkspaceRepository } from '../../src/storage/adapters/database/sql-workspace-repository.js';
import { ChatRemoval } from '../../src/storage/use-cases/chat-removal.js';
import { CreateChat } from '../../src/storage/use-cases/create-chat.js';
import { CreateWorkspace } from '../../src/storage/use-cases/create-workspace.js';
import { DeleteChat } from '../../src/storage/use-cases/delete-chat.js';
import { DeleteWorkspace } from '../../src/storage/use-cases/delete-workspace.js';
import { FinishDeletions } from '../../src/storage/use-cases/finish-deletions.js';
import { GetChat } from '../../src/storage/use-cases/get-chat.js';
import { GetWorkspace } from '../../src/storage/use-cases/get-workspace.js';
import { ListChats } from '../../src/storage/use-cases/list-chats.js';
import { ListWorkspaces } from '../../src/storage/use-cases/list-workspaces.js';
import { PrepareChatDirectory } from '../../src/storage/use-cases/prepare-chat-directory.js';
import { openDatabase } from '../support/test-database.js';
import { RecordingLogger, RecordingTracer } from './observability.js';
import { FakeChatContent, FakeSandboxActivity } from './storage.js';
import { SequentialIds, SteppableClock } from './system.js';

/** Storage's use cases over a database in memory, without a disk and without an engine. */
export class Store {
  readonly content = new FakeChatContent();
  readonly activity = new FakeSandboxActivity();
  readonly clock = new SteppableClock();
  readonly logger = new RecordingLogger();
  readonly tracer = new RecordingTracer();
  readonly createWorkspace: CreateWorkspace;
  readonly getWorkspace: GetWorkspace;
  readonly listWorkspaces: ListWorkspaces;
  readonly createChat: CreateChat;
  readonly getChat: GetChat;
  readonly listChats: ListChats;
  readonly deleteChat: DeleteChat;
  readonly deleteWorkspace: DeleteWorkspace;
  readonly finishDeletions: FinishDeletions;
  readonly prepareChatDirectory: PrepareChatDirectory;

  private constructor(
    readonly workspaces: SqlWorkspaceRepository,
    readonly chats: SqlChatRepository,
    readonly close: () => Promise<void>,
  ) {
    const { content, activity, clock, logger, tracer } = this;
    const ids = new SequentialIds();
    const removal = new ChatRemoval(chats, content, logger);
    const getWorkspace = new GetWorkspace(workspaces, tracer);
    this.getWorkspace = getWorkspace;
    this.listWorkspaces = new ListWorkspaces(workspaces, tracer);
    this.getChat = new GetChat(chats, tracer);
    this.listChats = new ListChats(chats, tracer, getWorkspace);
    this.createWorkspace = new CreateWorkspace(workspaces, clock, ids, logger, tracer);
    this.createChat = new CreateChat(
      chats,
      content,
      activity,
      clock,
      ids,
      logger,
      tracer,
      getWorkspace,
      removal,
    );
    this.deleteChat = new DeleteChat(chats, content, activity, clock, tracer, removal);
    this.deleteWorkspace = new DeleteWorkspace(
      workspaces,
      chats,
      content,
      activity,
      clock,
      logger,
      tracer,
      removal,
    );
    this.finishDeletions = new FinishDeletions(workspaces, chats, content, activity, logger, removal);
    this.prepareChatDirectory = new PrepareChatDirectory(chats, content, logger, removal);
  }

  static async open(): Promise<Store> {
    const database = await openDatabase('sqlite::memory:');
    const close = (): Promise<void> => database.onApplicationShutdown();
    return new Store(new SqlWorkspaceRepository(database), new SqlChatRepository(database), close);
  }
}
