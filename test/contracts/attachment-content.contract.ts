import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Placement, PlacementMode } from '../../src/storage/ports/attachment-content.js';
import { CHAT, OTHER_CHAT } from '../builders/ids.js';
import { eventually } from '../support/eventually.js';
import { type ContentWorld, OBSTACLES, partOf, readAndClose, stage } from './content-world.js';

/** What every AttachmentContent promises. */
export function itIsAnAttachmentContent(open: () => Promise<ContentWorld>): void {
  describe('as an AttachmentContent', () => {
    let world: ContentWorld;
    beforeEach(async () => {
      world = await open();
      await world.makeChat(CHAT);
    });
    afterEach(() => world.close());

    const read = (name: string): Promise<string | null> => readAndClose(world.attachments.open(CHAT, name));
    const place = async (name: string, content: string, mode: PlacementMode): Promise<Placement> => {
      await using staged = await stage(world, content);
      return await world.attachments.place(CHAT, name, staged, mode);
    };

    it('gives what was placed, whole and in parts', async () => {
      expect(await place('ä.txt', '0123456789', 'new')).toEqual({ result: 'placed', replaced: 'nothing' });
      await using content = await world.attachments.open(CHAT, 'ä.txt');
      expect(content?.facts).toEqual(await world.attachments.find(CHAT, 'ä.txt'));
      expect(content?.facts.sizeBytes).toBe(10);
      const parts = [
        [0, 9],
        [3, 5],
        [9, 9],
      ].map(([start = 0, end = 0]) => partOf(content, start, end));
      expect(await Promise.all(parts)).toEqual(['0123456789', '345', '9']);
    });

    it('keeps giving what was opened when the name is another file by now', async () => {
      await place('name', 'first', 'new');
      await using content = await world.attachments.open(CHAT, 'name');
      await place('name', 'second', 'replace');
      expect(await partOf(content, 0, 4)).toBe('first');
      expect(await read('name')).toBe('second');
    });

    it('ends early where the file has been cut short since it was opened', async () => {
      await world.plant(CHAT, 'name', 'x'.repeat(5000));
      await using content = await world.attachments.open(CHAT, 'name');
      await world.plant(CHAT, 'name', 'y');
      expect(await partOf(content, 0, 4999)).toBe('y');
    });

    it('puts nothing new where something is, and replaces a file when told to', async () => {
      await world.plant(CHAT, 'name', 'old');
      expect(await place('name', 'new', 'new')).toEqual({ result: 'taken' });
      expect(await read('name')).toBe('old');
      expect(await place('name', 'new', 'replace')).toEqual({ result: 'placed', replaced: 'file' });
      expect(await read('name')).toBe('new');
      expect(await place('free', 'new', 'replace')).toEqual({ result: 'placed', replaced: 'nothing' });
    });

    it.each(OBSTACLES)(
      'has no file where a %s is, and lets only a replacement take its place',
      async (kind) => {
        await world.plantObstacle(CHAT, 'name', kind);
        expect(await read('name')).toBeNull();
        expect(await world.attachments.find(CHAT, 'name')).toBeNull();
        expect(await world.attachments.remove(CHAT, 'name')).toBe(false);
        expect(await place('name', 'new', 'new')).toEqual({ result: 'taken' });
        expect(await place('name', 'new', 'replace')).toEqual({ result: 'placed', replaced: 'obstacle' });
        expect(await read('name')).toBe('new');
      },
    );

    it('removes a file once', async () => {
      await place('name', 'x', 'new');
      expect(await world.attachments.remove(CHAT, 'name')).toBe(true);
      expect(await world.attachments.remove(CHAT, 'name')).toBe(false);
      expect(await read('name')).toBeNull();
    });

    it('lists files that may be attachments, so many at most', async () => {
      await world.plant(CHAT, 'history.md', 'h');
      for (const name of ['b', 'a', 'cc', 'with\nbreak', '.hidden']) await world.plant(CHAT, name, 'x');
      await world.plantObstacle(CHAT, 'link', 'symlink');
      await world.plantObstacle(CHAT, 'folder', 'directory');
      const { files, others, isComplete } = await world.attachments.listEntries(CHAT, 10);
      expect(files.toSorted()).toEqual(['.hidden', 'a', 'b', 'cc']);
      expect(others.toSorted()).toEqual(['folder', 'link']);
      expect(isComplete).toBe(true);
    });

    it('says when it has left some out', async () => {
      for (const name of ['a', 'b', 'c']) await world.plant(CHAT, name, 'x');
      await world.plantObstacle(CHAT, 'link', 'symlink');
      const sizes = async (limit: number): Promise<unknown[]> => {
        const { files, others, isComplete } = await world.attachments.listEntries(CHAT, limit);
        return [files.length, others.length, isComplete];
      };
      expect(await sizes(3)).toEqual([3, 1, true]);
      expect(await sizes(4)).toEqual([3, 1, true]);
      const [files, , isComplete] = await sizes(2);
      expect([files, isComplete]).toEqual([2, false]);
      expect(await sizes(0)).toEqual([0, 0, false]);
    });

    it('tells by its version when entries came or went, and is the same once nothing happens', async () => {
      const version = (): Promise<string> => world.attachments.directoryVersion(CHAT);
      const isAtRest = async (): Promise<boolean> => (await version()) === (await version());
      const versions: string[] = [];
      const steps = [
        () => world.plant(CHAT, 'name', 'x'),
        () => world.plant(CHAT, 'other', 'y'),
        () => world.attachments.remove(CHAT, 'name'),
      ];
      for (const step of steps) {
        await eventually(isAtRest, 'the same version twice');
        const before = await version();
        await step();
        versions.push(before);
        expect(versions).not.toContain(await version());
      }
    });

    it('tells by the version of a file when it is another one or has other bytes', async () => {
      const version = async (): Promise<string | undefined> =>
        (await world.attachments.find(CHAT, 'name'))?.version;
      await world.plant(CHAT, 'name', 'x');
      const versions = [await version(), await version()];
      await world.plant(CHAT, 'name', 'yy');
      versions.push(await version());
      await place('name', 'zz', 'replace');
      versions.push(await version());
      expect(versions[0]).toBe(versions[1]);
      expect(new Set(versions).size).toBe(3);
    });

    it('clears everything but the history', async () => {
      await world.plant(CHAT, 'history.md', 'kept');
      for (const [index, kind] of OBSTACLES.entries()) await world.plantObstacle(CHAT, `o${index}`, kind);
      await world.plant(CHAT, '-rf', 'x');
      expect(await world.attachments.clear(CHAT)).toBe(true);
      expect((await world.attachments.listEntries(CHAT, 10)).files).toEqual([]);
      for (const name of ['o0', 'o1', 'o2', 'o3'])
        expect(await place(name, 'free again', 'new')).toMatchObject({ result: 'placed' });
      expect(await world.textOf(CHAT, 'history.md')).toBe('kept');
    });

    it('has nothing of a chat without a directory', async () => {
      expect(await world.attachments.open(OTHER_CHAT, 'name')).toBeNull();
      expect(await world.attachments.find(OTHER_CHAT, 'name')).toBeNull();
      const nothing = { files: [], others: [], isComplete: true };
      expect(await world.attachments.listEntries(OTHER_CHAT, 10)).toEqual(nothing);
      expect(await world.attachments.remove(OTHER_CHAT, 'name')).toBe(false);
      expect(await world.attachments.directoryVersion(OTHER_CHAT)).toBe('');
      expect(await world.attachments.clear(OTHER_CHAT)).toBe(true);
    });
  });
}
