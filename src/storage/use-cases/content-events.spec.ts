import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../test/builders/ids.js';
import { WORKSPACE } from '../../../test/builders/storage.js';
import { FileStore } from '../../../test/fakes/file-store.js';

const NAME = 'hidden-name.txt';
const CONTENT = 'hidden content';

describe('ContentEvents', () => {
  let store: FileStore;

  beforeEach(async () => {
    store = await FileStore.open({ workspaceQuotaBytes: 100 });
  });
  afterEach(() => store.close());

  it('tell what became of files and histories', async () => {
    const { file } = await store.store(NAME, CONTENT);
    await store.store(NAME, 'longer hidden content', { mode: 'replace' });
    await store.write('one');
    await store.write(', two');
    await store.deleteFile.execute(CHAT, file.fileId);
    await store.clearFiles.execute(CHAT);
    const ofFile = { chat_id: CHAT, file_id: file.fileId };
    expect(store.logger.records).toEqual([
      { level: 'info', event: 'file_stored', fields: { ...ofFile, size_bytes: 14 } },
      { level: 'info', event: 'file_stored', fields: { ...ofFile, size_bytes: 21 } },
      { level: 'info', event: 'history_written', fields: { chat_id: CHAT, size_bytes: 3 } },
      { level: 'info', event: 'history_written', fields: { chat_id: CHAT, size_bytes: 8 } },
      { level: 'info', event: 'file_deleted', fields: { ...ofFile, size_bytes: 21 } },
      { level: 'info', event: 'files_cleared', fields: { chat_id: CHAT } },
    ]);
    expect(JSON.stringify(store.logger.records)).not.toContain('hidden');
  });

  it('tell once of what the quota refused, and nothing of what was not done', async () => {
    await expect(store.store(NAME, 'x'.repeat(200))).rejects.toMatchObject({ kind: 'too-large' });
    await expect(store.write('x'.repeat(90), { declaredBytes: null })).resolves.toBeDefined();
    await expect(store.write('x'.repeat(20))).rejects.toMatchObject({ kind: 'too-large' });
    await store.store('small.txt', 'x');
    await expect(store.store('small.txt', 'y')).rejects.toMatchObject({ kind: 'conflict' });
    expect(store.logger.records.map(({ event }) => event)).toEqual([
      'quota_rejected',
      'history_written',
      'quota_rejected',
      'file_stored',
    ]);
    expect(store.logger.records[0]).toEqual({
      level: 'warn',
      event: 'quota_rejected',
      fields: { chat_id: CHAT, workspace_id: WORKSPACE },
    });
    expect(store.metrics.counted).toHaveLength(2);
  });
});
