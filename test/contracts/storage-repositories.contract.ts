import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Chat } from '../../src/storage/domain/chat.js';
import { ChatNotFoundError } from '../../src/storage/domain/errors.js';
import type { Position } from '../../src/storage/domain/slice.js';
import type { Workspace } from '../../src/storage/domain/workspace.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import {
  aChat,
  aChatFile,
  aWorkspace,
  OTHER_USER,
  OTHER_WORKSPACE,
  USER,
  WORKSPACE,
} from '../builders/storage.js';
import { NOW, secondsFromNow } from '../builders/times.js';
import { HeldWork, reactions } from '../fakes/deferred.js';
import { eventually } from '../support/eventually.js';
import { ALL, nothing, type RepositoriesWorld, times, walk } from './storage-world.js';

/** What the repositories of workspaces and chats promise, over one database. */
export function theyAreStorageRepositories(open: () => Promise<RepositoriesWorld>): void {
  let world: RepositoriesWorld;
  beforeAll(async () => {
    world = await open();
  });
  afterEach(() => world.clear());
  afterAll(() => world.close());

  describe('as a WorkspaceRepository', () => {
    it('finds by id and by user what was added, and nothing else', async () => {
      const workspace = aWorkspace();
      expect(await world.workspaces.add(workspace)).toEqual(workspace);
      expect(await world.workspaces.find(WORKSPACE)).toEqual(workspace);
      expect(await world.workspaces.findByUser(USER)).toEqual(workspace);
      expect(await world.workspaces.find(USER)).toBeNull();
      expect(await world.workspaces.findByUser(OTHER_USER)).toBeNull();
    });

    it('keeps one a user, also when many are added at once', async () => {
      const added = await Promise.all(
        times(20, (index) => world.workspaces.add(aWorkspace({ workspaceId: aUuid(2100 + index) }))),
      );
      expect(new Set(added.map(({ workspaceId }) => workspaceId)).size).toBe(1);
      expect(await world.workspaces.list(null, ALL)).toEqual([added[0]]);
    });

    it('lists oldest first, ties by id, in pages, and by user', async () => {
      const expected = times(7, (index) =>
        aWorkspace({
          workspaceId: aUuid(2100 + index),
          userId: aUuid(3100 + index),
          createdAt: secondsFromNow(Math.floor(index / 3)),
        }),
      );
      for (const workspace of expected.toReversed()) await world.workspaces.add(workspace);
      const positionOf = ({ createdAt, workspaceId }: Workspace): Position => ({
        createdAt,
        id: workspaceId,
      });
      for (const limit of [1, 2, 3, 7, 100]) {
        const pages = await walk((slice) => world.workspaces.list(null, slice), limit, positionOf);
        expect(pages.flat()).toEqual(expected);
      }
      expect(await world.workspaces.list(aUuid(3104), ALL)).toEqual([expected[4]]);
    });

    it('marks with its chats, is not found any more, and its user can have another', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      expect(await world.workspaces.mark(WORKSPACE, [CHAT], NOW)).toBe(true);
      expect(await world.workspaces.mark(WORKSPACE, [CHAT], secondsFromNow(1))).toBe(true);
      expect(await world.workspaces.find(WORKSPACE)).toBeNull();
      expect(await world.chats.find(CHAT)).toBeNull();
      expect(await world.workspaces.list(null, ALL)).toEqual([]);
      expect([await world.workspaces.isMarked(WORKSPACE), await world.workspaces.listMarked()]).toEqual([
        true,
        [WORKSPACE],
      ]);
      const next = aWorkspace({ workspaceId: OTHER_WORKSPACE });
      expect(await world.workspaces.add(next)).toEqual(next);
    });

    it('marks nothing when it has other chats than was thought', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      await world.chats.add(aChat({ chatId: OTHER_CHAT }));
      expect(await world.workspaces.mark(WORKSPACE, [CHAT], NOW)).toBe(false);
      expect(await world.workspaces.find(WORKSPACE)).not.toBeNull();
      expect(await world.chats.listMarked()).toEqual([]);
      expect(await world.workspaces.isMarked(WORKSPACE)).toBe(false);
    });

    it('drops only what is marked and has no chat left', async () => {
      await world.workspaces.add(aWorkspace());
      await world.workspaces.dropMarked(WORKSPACE);
      expect(await world.workspaces.find(WORKSPACE)).not.toBeNull();
      await world.chats.add(aChat());
      await world.workspaces.mark(WORKSPACE, [CHAT], NOW);
      await world.workspaces.dropMarked(WORKSPACE);
      expect(await world.workspaces.listMarked()).toEqual([WORKSPACE]);
      await world.chats.dropMarked(CHAT, nothing);
      await world.workspaces.dropMarked(WORKSPACE);
      expect(await world.workspaces.listMarked()).toEqual([]);
    });

    it('never takes a chat in while it is being marked, whoever is first', async () => {
      for (let round = 0; round < 20; round += 1) {
        const workspace = aWorkspace({ workspaceId: aUuid(2200 + round), userId: aUuid(3200 + round) });
        await world.workspaces.add(workspace);
        const chat = aChat({ chatId: aUuid(round + 100), workspaceId: workspace.workspaceId });
        const [marked, added] = await Promise.all([
          world.workspaces.mark(workspace.workspaceId, [], NOW),
          world.chats.add(chat),
        ]);
        expect([marked, added.result]).toEqual(marked ? [true, 'no-workspace'] : [false, 'added']);
      }
    });
  });

  describe('as a ChatRepository', () => {
    it('keeps a chat of a workspace that is there', async () => {
      expect(await world.chats.add(aChat())).toEqual({ result: 'no-workspace' });
      await world.workspaces.add(aWorkspace());
      expect(await world.chats.add(aChat())).toEqual({ result: 'added' });
      expect(await world.chats.find(CHAT)).toEqual(aChat());
      expect(await world.chats.find(OTHER_CHAT)).toBeNull();
    });

    it('says which chat has the id already', async () => {
      await world.workspaces.add(aWorkspace());
      await world.workspaces.add(aWorkspace({ workspaceId: OTHER_WORKSPACE, userId: OTHER_USER }));
      await world.chats.add(aChat());
      const again = aChat({ workspaceId: OTHER_WORKSPACE, createdAt: secondsFromNow(9) });
      expect(await world.chats.add(again)).toEqual({ result: 'exists', existing: aChat() });
    });

    it('keeps one of many with the same id that come at once', async () => {
      await world.workspaces.add(aWorkspace());
      const additions = await Promise.all(times(20, () => world.chats.add(aChat())));
      expect(additions.filter(({ result }) => result === 'added')).toHaveLength(1);
      expect(additions.filter(({ result }) => result === 'exists')).toHaveLength(19);
    });

    it('lists those of a workspace, oldest first, ties by id, in pages', async () => {
      await world.workspaces.add(aWorkspace());
      await world.workspaces.add(aWorkspace({ workspaceId: OTHER_WORKSPACE, userId: OTHER_USER }));
      const expected = times(7, (index) =>
        aChat({ chatId: aUuid(100 + index), createdAt: secondsFromNow(Math.floor(index / 3)) }),
      );
      for (const chat of expected.toReversed()) await world.chats.add(chat);
      await world.chats.add(aChat({ chatId: aUuid(200), workspaceId: OTHER_WORKSPACE }));
      const positionOf = ({ createdAt, chatId }: Chat): Position => ({ createdAt, id: chatId });
      for (const limit of [1, 2, 3, 7, 100]) {
        const pages = await walk((slice) => world.chats.listByWorkspace(WORKSPACE, slice), limit, positionOf);
        expect(pages.flat()).toEqual(expected);
      }
      expect((await world.chats.listIds(WORKSPACE)).sort()).toEqual(expected.map(({ chatId }) => chatId));
    });

    it('marks, again and again, and does not know a marked chat any more', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      expect(await world.chats.isMarked(CHAT)).toBe(false);
      expect([await world.chats.mark(CHAT, NOW), await world.chats.mark(CHAT, NOW)]).toEqual([true, true]);
      expect(await world.chats.mark(OTHER_CHAT, NOW)).toBe(false);
      expect([await world.chats.find(CHAT), await world.chats.isMarked(CHAT)]).toEqual([null, true]);
      expect(await world.chats.listByWorkspace(WORKSPACE, ALL)).toEqual([]);
      expect(await world.chats.listIds(WORKSPACE)).toEqual([CHAT]);
      expect(await world.chats.listMarked()).toEqual([CHAT]);
      expect(await world.chats.add(aChat())).toEqual({ result: 'marked' });
    });

    it('drops a marked chat with its files, once, and leaves one that is not marked', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      await world.files.adopt(CHAT, [aChatFile()]);
      let discarded = 0;
      const discard = (): Promise<void> => {
        discarded += 1;
        return Promise.resolve();
      };
      await world.chats.dropMarked(CHAT, discard);
      expect([discarded, await world.chats.find(CHAT)]).toEqual([0, aChat()]);
      await world.chats.mark(CHAT, NOW);
      await Promise.all(times(5, () => world.chats.dropMarked(CHAT, discard)));
      expect([discarded, await world.chats.isMarked(CHAT)]).toEqual([1, false]);
      expect(await world.files.find(aChatFile().fileId)).toBeNull();
      expect(await world.chats.add(aChat())).toEqual({ result: 'added' });
    });

    it('runs work while a chat is there, and none of one that is not or is marked', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      let runs = 0;
      const work = (): Promise<number> => Promise.resolve((runs += 1));
      expect(await world.chats.whileLive(CHAT, work)).toBe(1);
      await expect(world.chats.whileLive(OTHER_CHAT, work)).rejects.toBeInstanceOf(ChatNotFoundError);
      await world.chats.mark(CHAT, NOW);
      await expect(world.chats.whileLive(CHAT, work)).rejects.toBeInstanceOf(ChatNotFoundError);
      expect(runs).toBe(1);
    });

    it('lets nobody mark a chat, in this process or another, while work runs on it', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      const steps: string[] = [];
      const held = new HeldWork();
      const working = world.chats.whileLive(CHAT, async () => {
        await held.run();
        steps.push('worked');
      });
      await eventually(() => held.hasBegun, 'the work has begun');
      const marking = world.peer.chats.mark(CHAT, NOW).then(() => steps.push('marked'));
      await reactions();
      held.release();
      await Promise.all([working, marking]);
      expect(steps).toEqual(['worked', 'marked']);
    });

    it('leaves the chat marked when its content cannot be discarded', async () => {
      await world.workspaces.add(aWorkspace());
      await world.chats.add(aChat());
      await world.chats.mark(CHAT, NOW);
      const failing = world.chats.dropMarked(CHAT, () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
      expect(await world.chats.isMarked(CHAT)).toBe(true);
    });
  });
}
