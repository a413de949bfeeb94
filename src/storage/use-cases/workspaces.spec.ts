import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { USER } from '../../../test/builders/storage.js';
import { NOW } from '../../../test/builders/times.js';
import { Store } from '../../../test/fakes/store.js';
import { ChatHasActiveSandboxError, WorkspaceBusyError, WorkspaceNotFoundError } from '../domain/errors.js';
import type { Workspace } from '../domain/workspace.js';

describe('workspaces', () => {
  let store: Store;
  let workspace: Workspace;

  beforeEach(async () => {
    store = await Store.open();
    ({ workspace } = await store.createWorkspace.execute(USER));
  });
  afterEach(() => store.close());

  const addChats = async (...chatIds: string[]): Promise<void> => {
    for (const chatId of chatIds) await store.createChat.execute(workspace.workspaceId, chatId);
  };
  const remove = (): Promise<void> => store.deleteWorkspace.execute(workspace.workspaceId);

  it('are one a user', async () => {
    expect(workspace).toMatchObject({ userId: USER, createdAt: NOW });
    expect(await store.createWorkspace.execute(USER)).toEqual({ workspace, isNew: false });
  });

  it('are deleted with their chats', async () => {
    await addChats(CHAT, OTHER_CHAT);
    await remove();
    expect(await store.workspaces.find(workspace.workspaceId)).toBeNull();
    expect(store.content.discarded.toSorted()).toEqual([CHAT, OTHER_CHAT]);
    await expect(remove()).rejects.toBeInstanceOf(WorkspaceNotFoundError);
    expect((await store.createWorkspace.execute(USER)).isNew).toBe(true);
  });

  it('lose nothing while one of their chats has a sandbox', async () => {
    await addChats(CHAT, OTHER_CHAT);
    store.activity.active.add(OTHER_CHAT);
    await expect(remove()).rejects.toBeInstanceOf(ChatHasActiveSandboxError);
    expect(store.content.discarded).toEqual([]);
    expect(await store.chats.find(CHAT)).not.toBeNull();
  });

  it('take along a chat that was added while the deletion waited', async () => {
    await addChats(CHAT);
    store.activity.onWait = async () => {
      store.activity.onWait = () => Promise.resolve();
      await addChats(OTHER_CHAT);
    };
    await remove();
    expect(store.content.discarded.toSorted()).toEqual([CHAT, OTHER_CHAT]);
  });

  it('are kept when chats come faster than they can be deleted', async () => {
    let next = 100;
    store.activity.onWait = () => addChats(aUuid(next++));
    await expect(remove()).rejects.toBeInstanceOf(WorkspaceBusyError);
    expect(store.content.discarded).toEqual([]);
    expect(await store.workspaces.find(workspace.workspaceId)).toEqual(workspace);
  });

  it.each(['the next start', 'the next delete'])(
    'are finished by %s when that was interrupted',
    async (by) => {
      await addChats(CHAT, OTHER_CHAT);
      store.content.failure = new Error('the process ends');
      await expect(remove()).rejects.toThrow('the process ends');
      expect(await store.workspaces.find(workspace.workspaceId)).toBeNull();
      await (by === 'the next start' ? store.finishDeletions.execute() : remove());
      expect(await store.workspaces.listMarked()).toEqual([]);
      expect(store.content.discarded.toSorted()).toEqual([CHAT, OTHER_CHAT]);
    },
  );
});
