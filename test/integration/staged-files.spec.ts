import { lstat, open, rename, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalStagingArea } from '../../src/storage/adapters/filesystem/local-staging-area.js';
import { StagedFile } from '../../src/storage/adapters/filesystem/staged-file.js';
import { newStagedName, thisProcess } from '../../src/storage/adapters/filesystem/staged-name.js';
import { aSandboxConfig, aStorageConfig } from '../builders/configuration.js';
import { eventually } from '../support/eventually.js';
import { LocalContent, QUICK_DISK } from '../support/local-content.js';
import { join } from 'node:path';

const LONG_AGO = new Date('2020-01-01');
const TOUCH_MS = 5;

describe('a staged file', () => {
  let local: LocalContent;
  beforeEach(async () => {
    local = await LocalContent.create(QUICK_DISK);
  });
  afterEach(() => local.close());

  const isTouched = async (path: string): Promise<boolean> =>
    (await lstat(path)).mtimeMs > LONG_AGO.getTime();

  it('is touched while it waits for its client and for its turn, and not once it has its name', async () => {
    const name = newStagedName(await thisProcess());
    const [path, placed] = [join(local.chatsRoot, name), join(local.chatsRoot, 'placed')];
    const handle = await open(path, 'wx+');
    await using staged = new StagedFile(name, path, handle, '1:2', () => undefined, TOUCH_MS);
    for (const step of [() => Promise.resolve(), () => staged.seal()]) {
      await step();
      await utimes(path, LONG_AGO, LONG_AGO);
      await eventually(() => isTouched(path), 'the file is touched');
    }
    await rename(path, placed);
    await utimes(placed, LONG_AGO, LONG_AGO);
    await sleep(10 * TOUCH_MS);
    expect(await isTouched(placed)).toBe(false);
  });

  it.each([
    ['at once with SQLite, whose file one machine has alone', 'sqlite:/nowhere.db', true],
    ['only after a rest with PostgreSQL: another machine may be at work', 'postgres://nowhere/none', false],
  ])('of another boot is left behind %s', async (_, databaseUrl, expected) => {
    const { chatsRoot } = local;
    const name = newStagedName({ ...(await thisProcess()), boot: '000000000000' });
    await writeFile(join(chatsRoot, name), 'half');
    const area = new LocalStagingArea(aSandboxConfig({ chatsRoot }), aStorageConfig({ databaseUrl }));
    expect(await area.listAbandoned()).toEqual(expected ? [name] : []);
    expect(await area.isAbandoned(name)).toBe(expected);
  });
});
