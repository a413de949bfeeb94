import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { type FileAnswer, fileOf, StorageClient } from '../support/storage-client.js';

/** The last statement that records a write, before its commit: its content has its name by then. */
const REFUSE = `create trigger refuse before delete on content_writes begin select raise(abort, 'refused'); end`;

describe('a write that has its place and cannot be recorded', () => {
  let service: Service;
  let client: StorageClient;
  let chat: string;

  beforeEach(async () => {
    service = await Service.start({ APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
    client = await StorageClient.of(service);
    chat = await client.newChat();
  });
  afterEach(() => service.dispose());

  const inDatabase = (statement: string): void => {
    const database = new BetterSqlite3(join(service.directory, 'own/database/test.db'), { timeout: 10_000 });
    try {
      database.exec(statement);
    } finally {
      database.close();
    }
  };

  /** A new file, a file that is replaced, and an append. @returns the files, as the answers tell them */
  const writeUnrecorded = async (): Promise<FileAnswer[]> => {
    await client.store(chat, 'replaced', Buffer.from('old'));
    await client.writeHistory(chat, 'PUT', 'old');
    inDatabase(REFUSE);
    const replaced = await client.store(chat, 'replaced', Buffer.from('new content'));
    const created = await client.store(chat, 'created', Buffer.from('content'), 'form');
    expect([replaced.status, created.status]).toEqual([200, 201]);
    expect((await client.writeHistory(chat, 'POST', ' and new')).status).toBe(204);
    expect(client.ledger.writes).toBe(3);
    return [fileOf(replaced), fileOf(created)];
  };

  const expectRecorded = async (files: readonly FileAnswer[]): Promise<void> => {
    await eventually(() => client.ledger.writes === 0, 'the writes are recorded');
    expect(await client.list(chat)).toEqual(files);
    const contents = await Promise.all(files.map(({ file_id }) => client.content(chat, file_id)));
    expect(contents.map(({ bytes }) => bytes.toString())).toEqual(['new content', 'content']);
    expect(await client.history(chat)).toBe('old and new');
    const usedBytes = 'new contentcontentold and new'.length;
    await eventually(() => client.ledger.usedBytes === usedBytes, 'the ledger is right');
    expect(await client.usedBytes()).toBe(usedBytes);
  };

  it('is recorded by a later sweep, and is no file of the agent meanwhile', async () => {
    const files = await writeUnrecorded();
    expect(await client.list(chat)).toMatchObject([{ name: 'replaced', origin: 'upload' }]);
    expect(await client.history(chat)).toBe('old and new');
    inDatabase('drop trigger refuse');
    await expectRecorded(files);
    expect(service.logged('content_not_recorded_yet')).toHaveLength(3);
  });

  it('is recorded by the next start', async () => {
    const files = await writeUnrecorded();
    await service.end('SIGKILL');
    inDatabase('drop trigger refuse');
    await service.start();
    await service.untilReady();
    await expectRecorded(files);
  });
});
