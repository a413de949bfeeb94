import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { aChat, aWorkspace, OTHER_USER, OTHER_WORKSPACE, WORKSPACE } from '../../../test/builders/storage.js';
import { NOW } from '../../../test/builders/times.js';
import { UnknownActivityError } from '../../../test/fakes/storage.js';
import { Store } from '../../../test/fakes/store.js';
import {
  ChatConflictError,
  ChatHasActiveSandboxError,
  ChatNotFoundError,
  StorageFullError,
  WorkspaceNotFoundError,
} from '../domain/errors.js';

describe('chats', () => {
  let store: Store;

  beforeEach(async () => {
    store = await Store.open();
    await store.workspaces.add(aWorkspace());
    await store.workspaces.add(aWorkspace({ workspaceId: OTHER_WORKSPACE, userId: OTHER_USER }));
  });
  afterEach(() => store.close());

  const create = (chatId: string | null = CHAT, workspaceId = WORKSPACE) =>
    store.createChat.execute(workspaceId, chatId);

  it('are created with a directory and a history, once', async () => {
    expect(await create()).toEqual({ chat: aChat(), isNew: true });
    store.clock.advanceSeconds(5);
    expect(await create()).toEqual({ chat: aChat(), isNew: false });
    expect(store.content.directories.get(CHAT)).toEqual({ hasHistory: true });
    expect((await create(null)).chat.chatId).not.toBe((await create(null)).chat.chatId);
  });

  it('are refused where their id or their workspace does not fit, and leave nothing', async () => {
    await create();
    await expect(create(CHAT, OTHER_WORKSPACE)).rejects.toBeInstanceOf(ChatConflictError);
    await expect(create(OTHER_CHAT, CHAT)).rejects.toBeInstanceOf(WorkspaceNotFoundError);
    expect([...store.content.directories.keys()]).toEqual([CHAT]);
  });

  it('are not on record when their directory cannot be made', async () => {
    store.content.failure = new StorageFullError();
    await expect(create()).rejects.toBeInstanceOf(StorageFullError);
    expect(await store.chats.find(CHAT)).toBeNull();
    expect((await create()).isNew).toBe(true);
  });

  it('leave no directory behind where the service has made up their id, and cannot add them', async () => {
    const add = store.chats.add.bind(store.chats);
    const refusals = [
      () => Promise.resolve({ result: 'no-workspace' as const }),
      () => Promise.reject(new UnknownActivityError()),
    ];
    for (const refusal of refusals) {
      store.chats.add = refusal;
      await expect(create(null)).rejects.toThrow();
      expect([...store.content.directories.keys()]).toEqual([]);
      // There may be something in it, of a sandbox that storage did not know.
      await expect(create(CHAT)).rejects.toThrow();
      expect([...store.content.directories.keys()]).toEqual([CHAT]);
      store.content.directories.clear();
    }
    store.chats.add = add;
    expect((await create(null)).isNew).toBe(true);
  });

  it('get no directory any more when they are deleted right after they were added', async () => {
    const add = store.chats.add.bind(store.chats);
    store.chats.add = async (chat) => {
      const addition = await add(chat);
      await store.deleteChat.execute(chat.chatId);
      return addition;
    };
    expect((await create()).isNew).toBe(true);
    expect([await store.chats.find(CHAT), [...store.content.directories.keys()]]).toEqual([null, []]);
  });

  it('are deleted with their directory', async () => {
    await create();
    await store.deleteChat.execute(CHAT);
    expect([await store.chats.find(CHAT), store.content.discarded]).toEqual([null, [CHAT]]);
    await expect(store.deleteChat.execute(CHAT)).rejects.toBeInstanceOf(ChatNotFoundError);
  });

  it('stay as they are while they have a sandbox, or while nobody knows', async () => {
    await create();
    store.activity.active.add(CHAT);
    await expect(store.deleteChat.execute(CHAT)).rejects.toBeInstanceOf(ChatHasActiveSandboxError);
    store.activity.active.clear();
    store.activity.isUnknown = true;
    await expect(store.deleteChat.execute(CHAT)).rejects.toBeInstanceOf(UnknownActivityError);
    expect([await store.chats.find(CHAT), store.content.discarded]).toEqual([aChat(), []]);
  });

  it('are not found by the second of two deletes', async () => {
    await create();
    store.activity.onWait = async () => {
      store.activity.onWait = () => Promise.resolve();
      await store.deleteChat.execute(CHAT);
    };
    await expect(store.deleteChat.execute(CHAT)).rejects.toBeInstanceOf(ChatNotFoundError);
  });

  describe('whose deletion was interrupted', () => {
    beforeEach(async () => {
      await create();
      store.content.failure = new Error('the process ends');
      await expect(store.deleteChat.execute(CHAT)).rejects.toThrow('the process ends');
      expect([await store.chats.find(CHAT), await store.chats.isMarked(CHAT)]).toEqual([null, true]);
      expect(store.content.directories.has(CHAT)).toBe(true);
    });

    const expectFinished = async (): Promise<void> => {
      expect([await store.chats.isMarked(CHAT), store.content.discarded]).toEqual([false, [CHAT]]);
    };

    it('are finished by the next start', async () => {
      await store.finishDeletions.execute();
      await expectFinished();
    });

    it('are finished by the next delete', async () => {
      await store.deleteChat.execute(CHAT);
      await expectFinished();
    });

    it('are finished by a create, which begins with nothing', async () => {
      expect((await create(CHAT, OTHER_WORKSPACE)).isNew).toBe(true);
      await expectFinished();
      expect(store.content.directories.get(CHAT)).toEqual({ hasHistory: true });
    });

    it('are finished before a sandbox mounts what is left', async () => {
      expect(await store.prepareChatDirectory.execute(CHAT)).toBe(`/chats/${CHAT}`);
      await expectFinished();
      expect(store.content.directories.get(CHAT)).toEqual({ hasHistory: false });
    });

    it('wait for a sandbox that came up meanwhile', async () => {
      store.activity.active.add(CHAT);
      await store.finishDeletions.execute();
      expect(await store.chats.isMarked(CHAT)).toBe(true);
      expect(store.logger.events).toContain('chat_deletion_waits_for_sandbox');
    });
  });

  it('give their sandbox the directory, known or not, and also while the database is away', async () => {
    await create();
    store.content.directories.clear();
    expect(await store.prepareChatDirectory.execute(CHAT)).toBe(`/chats/${CHAT}`);
    expect(await store.prepareChatDirectory.execute(OTHER_CHAT)).toBe(`/chats/${OTHER_CHAT}`);
    expect([...store.content.directories.values()]).toEqual([{ hasHistory: true }, { hasHistory: false }]);
    store.chats.isMarked = () => Promise.reject(new UnknownActivityError());
    expect(await store.prepareChatDirectory.execute(CHAT)).toBe(`/chats/${CHAT}`);
    expect(store.logger.events).toContain('chat_unknown_to_sandbox');
  });

  it('are marked with the time of decisions', async () => {
    expect((await create()).chat.createdAt).toEqual(NOW);
  });
});
