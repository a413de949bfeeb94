import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../test/builders/ids.js';
import { aContentWrite, WORKSPACE } from '../../../test/builders/storage.js';
import { FileStore, NOTHING_UNDER_WAY } from '../../../test/fakes/file-store.js';
import { sent } from '../../../test/fakes/file-use-cases.js';

/** Never goes on, as a process that was killed. */
const forever = new Promise<never>(() => undefined);

async function* endless(): AsyncGenerator<Uint8Array> {
  yield* sent('the beginning');
  await forever;
}

describe('RecoverWrites', () => {
  let store: FileStore;
  beforeEach(async () => {
    store = await FileStore.open();
  });
  afterEach(() => store.close());

  /** Kills the process once the condition holds. */
  async function killed(isReached: () => Promise<boolean>): Promise<FileStore> {
    while (!(await isReached())) await new Promise(setImmediate);
    store.staging.die();
    return store.restarted();
  }

  it('undoes what was being received', async () => {
    void store.store('a', '', { source: endless(), declaredBytes: 1000 });
    const next = await killed(async () => (await store.underWay()).writes === 1);
    await next.recoverWrites.execute();
    expect(await next.underWay()).toEqual(NOTHING_UNDER_WAY);
    expect(await next.list()).toEqual([]);
  });

  /** As it is when the process dies between giving the content its name and recording it. */
  async function placeUnrecorded(name: string, content: string): Promise<void> {
    const staged = await store.staging.stage();
    await staged.write(sent(content));
    const { stagedName, identity } = staged;
    await store.ledger.begin(aContentWrite({ stagedName, identity, name, reservedBytes: 1000 }), Infinity);
    await staged.seal();
    await store.content.place(CHAT, name, staged, 'replace');
    store.staging.die();
  }

  it('finishes what had got its name and no record, so that it stays an upload', async () => {
    await placeUnrecorded('a', 'whole');
    const next = store.restarted();
    expect(await next.list()).toEqual([]);
    await next.recoverWrites.execute();
    const { fileId, contentType } = aContentWrite();
    const [file] = await next.list();
    expect(file).toMatchObject({ fileId, contentType, name: 'a', sizeBytes: 5, origin: 'upload' });
    expect(await next.underWay()).toEqual(NOTHING_UNDER_WAY);
    expect((await next.ledger.account(WORKSPACE)).usedBytes).toBe(5);
  });

  it('keeps the id of the file that was replaced', async () => {
    const { file } = await store.store('a', 'before');
    await placeUnrecorded('a', 'after');
    const next = store.restarted();
    await next.recoverWrites.execute();
    expect(await next.list()).toEqual([{ ...file, contentType: aContentWrite().contentType, sizeBytes: 5 }]);
  });

  it("gives a file to the agent where the agent's has taken its place since", async () => {
    await placeUnrecorded('a', 'whole');
    store.disk.delete(CHAT, 'a');
    store.disk.plant(CHAT, 'a', 'another');
    const next = store.restarted();
    await next.recoverWrites.execute();
    expect((await next.list()).map(({ origin }) => origin)).toEqual(['agent']);
    expect(await next.underWay()).toEqual(NOTHING_UNDER_WAY);
  });

  it('records in the end what was answered although it could not be recorded', async () => {
    const settle = store.ledger.settle.bind(store.ledger);
    store.ledger.settle = async (_writeId, _quota, settlement) => {
      await settlement.place();
      throw new Error('the database has gone');
    };
    const { file, isNew } = await store.store('a', 'whole');
    expect([isNew, await store.files.find(file.fileId)]).toEqual([true, null]);
    expect(store.logger.events).toContain('content_not_recorded_yet');
    store.ledger.settle = settle;
    expect(await store.list()).toEqual([]);
    await store.recoverWrites.execute();
    expect(await store.list()).toEqual([file]);
    expect(await store.underWay()).toEqual(NOTHING_UNDER_WAY);
  });

  it('lets what replaces a file that is not recorded yet keep the id that was answered for it', async () => {
    const settle = store.ledger.settle.bind(store.ledger);
    store.ledger.settle = async (_writeId, _quota, settlement) => {
      await settlement.look();
      await settlement.place();
      throw new Error('the database has gone');
    };
    const first = await store.store('a', 'whole');
    store.ledger.settle = settle;
    const second = await store.store('a', 'another', { mode: 'replace' });
    expect(second).toEqual({ file: { ...first.file, sizeBytes: 7 }, isNew: false });
    await store.recoverWrites.execute();
    expect(await store.list()).toEqual([second.file]);
    expect(await store.underWay()).toEqual(NOTHING_UNDER_WAY);
  });

  it('removes what was staged and never recorded', async () => {
    await store.staging.stage();
    store.staging.die();
    await store.restarted().recoverWrites.execute();
    expect(store.disk.staged.size).toBe(0);
  });

  it('leaves alone what is still being received', async () => {
    void store.store('a', '', { source: endless(), declaredBytes: 1000 });
    while ((await store.underWay()).writes === 0) await new Promise(setImmediate);
    await store.restarted().recoverWrites.execute();
    expect(await store.underWay()).toEqual({ staged: 1, writes: 1, reservedBytes: 1000 });
  });
});
