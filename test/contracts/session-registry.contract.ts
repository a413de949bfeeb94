import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionRegistry } from '../../src/sandbox/ports/session-registry.js';
import { aSandbox } from '../builders/containers.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { minutesAgo, NOW } from '../builders/times.js';

/** What every SessionRegistry promises. */
export function itIsASessionRegistry(create: () => SessionRegistry): void {
  describe('as a SessionRegistry', () => {
    let registry: SessionRegistry;

    beforeEach(() => {
      registry = create();
    });

    it('finds what was saved, and nothing else', async () => {
      const sandbox = aSandbox();
      await registry.save(sandbox);
      expect(await registry.find(CHAT)).toEqual(sandbox);
      expect(await registry.find(OTHER_CHAT)).toBeNull();
    });

    it('keeps one sandbox a chat: the last', async () => {
      const replacement = aSandbox({ sessionId: aUuid(9), volumeHostPath: '/tmp/new' });
      await registry.save(aSandbox({ volumeHostPath: '/tmp/old' }));
      await registry.save(replacement);
      expect(await registry.list()).toEqual([replacement]);
      expect(await registry.listByVolume('/tmp/old')).toEqual([]);
      expect(await registry.listByVolume('/tmp/new')).toEqual([replacement]);
    });

    it('lists all, expired ones too', async () => {
      const expired = aSandbox({ chatId: OTHER_CHAT, expiresAt: minutesAgo(1) });
      await registry.save(aSandbox());
      await registry.save(expired);
      expect(await registry.list()).toHaveLength(2);
      expect(await registry.list()).toContainEqual(expired);
    });

    it('lists by exactly the volume', async () => {
      const [one, other] = [aSandbox(), aSandbox({ chatId: OTHER_CHAT })];
      await registry.save(one);
      await registry.save(other);
      await registry.save(aSandbox({ chatId: aUuid(3), volumeHostPath: '/tmp/volume/below' }));
      const found = await registry.listByVolume('/tmp/volume');
      expect(found.map(({ chatId }) => chatId).sort()).toEqual([CHAT, OTHER_CHAT].sort());
      expect(await registry.listByVolume('/tmp')).toEqual([]);
    });

    it('forgets the session that was meant', async () => {
      const sandbox = aSandbox();
      await registry.save(sandbox);
      await registry.forget(CHAT, sandbox.sessionId);
      expect(await registry.find(CHAT)).toBeNull();
      expect(await registry.list()).toEqual([]);
      expect(await registry.listByVolume(sandbox.volumeHostPath)).toEqual([]);
    });

    it('does not forget a session that has taken the place of the one that was meant', async () => {
      const sandbox = aSandbox();
      await registry.save(sandbox);
      await registry.forget(CHAT, aUuid(77));
      await registry.forget(OTHER_CHAT, sandbox.sessionId);
      expect(await registry.find(CHAT)).toEqual(sandbox);
    });

    it('keeps the note of a deletion until it is withdrawn', async () => {
      await registry.requestDeletion(CHAT, minutesAgo(1));
      await registry.requestDeletion(OTHER_CHAT, NOW);
      await registry.withdrawDeletion(CHAT);
      await registry.withdrawDeletion(aUuid(3));
      expect([...(await registry.listDeletions())]).toEqual([[OTHER_CHAT, NOW]]);
    });

    it('keeps the last time of asking', async () => {
      await registry.requestDeletion(CHAT, minutesAgo(1));
      await registry.requestDeletion(CHAT, NOW);
      expect([...(await registry.listDeletions())]).toEqual([[CHAT, NOW]]);
    });

    it('keeps notes and sandboxes apart', async () => {
      await registry.save(aSandbox());
      await registry.requestDeletion(CHAT, NOW);
      await registry.forget(CHAT, aSandbox().sessionId);
      expect((await registry.listDeletions()).has(CHAT)).toBe(true);
    });

    it('gives lists that later changes do not reach', async () => {
      const deletions = await registry.listDeletions();
      const sandboxes = await registry.list();
      await registry.requestDeletion(CHAT, NOW);
      await registry.save(aSandbox());
      expect(deletions.size).toBe(0);
      expect(sandboxes).toHaveLength(0);
    });
  });
}
