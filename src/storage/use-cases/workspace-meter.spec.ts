import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aUuid, CHAT } from '../../../test/builders/ids.js';
import { OTHER_WORKSPACE, WORKSPACE } from '../../../test/builders/storage.js';
import { HeldWork } from '../../../test/fakes/deferred.js';
import { FileStore } from '../../../test/fakes/file-store.js';
import { WorkspaceNotFoundError } from '../domain/errors.js';

describe('WorkspaceMeter', () => {
  let store: FileStore;
  beforeEach(async () => {
    store = await FileStore.open();
  });
  afterEach(() => store.close());

  const used = async (): Promise<number> => (await store.ledger.account(WORKSPACE)).usedBytes;

  it('counts what the sandbox wrote, and the history, besides what the ledger knows of', async () => {
    await store.store('a', 'four');
    store.disk.plant(CHAT, 'history.md', 'seven b');
    store.disk.plant(CHAT, 'agent', 'x'.repeat(100));
    expect(await used()).toBe(4);
    expect(await store.usage.execute(WORKSPACE)).toMatchObject({ usedBytes: 111 });
    expect(await used()).toBe(111);
    store.disk.delete(CHAT, 'agent');
    await store.meter.survey([aUuid(99), WORKSPACE, OTHER_WORKSPACE]);
    expect(await used()).toBe(11);
  });

  it('adds what is written while it measures', async () => {
    const hold = new HeldWork();
    const measure = store.reader.measure.bind(store.reader);
    store.reader.measure = async (chatIds) => {
      const seen = await measure(chatIds);
      await hold.run();
      return seen;
    };
    store.disk.plant(CHAT, 'agent', 'x'.repeat(100));
    const measuring = store.meter.measure(WORKSPACE);
    while (!hold.hasBegun) await new Promise(setImmediate);
    await store.store('a', 'four');
    hold.release();
    expect(await measuring).toEqual({ usedBytes: 100, isComplete: true });
    expect(await used()).toBe(104);
  });

  it('keeps the greater of what it knew and what it saw where it could not see all', async () => {
    await store.store('a', 'x'.repeat(50));
    store.reader.isComplete = false;
    expect(await store.meter.measure(WORKSPACE)).toEqual({ usedBytes: 50, isComplete: false });
    store.disk.delete(CHAT, 'a');
    expect(await store.meter.measure(WORKSPACE)).toEqual({ usedBytes: 50, isComplete: false });
    store.disk.plant(CHAT, 'agent', 'x'.repeat(100));
    await store.meter.survey([WORKSPACE]);
    expect(await used()).toBe(100);
    expect(store.logger.events).toContain('workspace_not_measured');
  });

  it('measures once for those who ask at the same time, and again for those who come later', async () => {
    let measurements = 0;
    const measure = store.reader.measure.bind(store.reader);
    store.reader.measure = (chatIds) => {
      measurements += 1;
      return measure(chatIds);
    };
    await Promise.all(Array.from({ length: 20 }, () => store.meter.measure(WORKSPACE)));
    expect(measurements).toBeLessThanOrEqual(2);
    const before = measurements;
    await store.meter.measure(WORKSPACE);
    expect(measurements).toBe(before + 1);
  });

  it('knows no workspace that is not there', async () => {
    await expect(store.meter.measure(aUuid(99))).rejects.toBeInstanceOf(WorkspaceNotFoundError);
    await expect(store.usage.execute(aUuid(99))).rejects.toBeInstanceOf(WorkspaceNotFoundError);
  });
});
