import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../../test/builders/ids.js';
import {
  FakeAttachmentContent,
  FakeHistoryContent,
  FakeStagingArea,
} from '../../../../test/fakes/content.js';
import { FakeDisk } from '../../../../test/fakes/disk.js';
import { sent } from '../../../../test/fakes/file-use-cases.js';
import { RecordingTracer } from '../../../../test/fakes/observability.js';
import { FakeChatContent } from '../../../../test/fakes/storage.js';
import { ofCaller } from '../../../kernel/failure.js';
import { ObservedAttachmentContent } from './observed-attachment-content.js';
import { ObservedChatContent } from './observed-chat-content.js';
import { ObservedHistoryContent } from './observed-history-content.js';
import { ObservedStagingArea } from './observed-staging-area.js';

const NAME = 'hidden-name.txt';
const BROKEN = new Error('EIO');

async function* breakingOff(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('half'));
  throw new Error('gone');
}

describe('the content of chats, traced', () => {
  let disk: FakeDisk;
  let tracer: RecordingTracer;
  let staging: ObservedStagingArea;
  let fakeAttachments: FakeAttachmentContent;
  let attachments: ObservedAttachmentContent;
  let fakeHistories: FakeHistoryContent;
  let histories: ObservedHistoryContent;
  let fakeChats: FakeChatContent;
  let chats: ObservedChatContent;

  beforeEach(() => {
    disk = new FakeDisk();
    disk.directory(CHAT);
    tracer = new RecordingTracer();
    staging = new ObservedStagingArea(new FakeStagingArea(disk), tracer);
    fakeAttachments = new FakeAttachmentContent(disk);
    attachments = new ObservedAttachmentContent(fakeAttachments, tracer);
    fakeHistories = new FakeHistoryContent(disk);
    histories = new ObservedHistoryContent(fakeHistories, tracer);
    fakeChats = new FakeChatContent();
    chats = new ObservedChatContent(fakeChats, tracer);
  });

  const spans = (): unknown[] => tracer.spans.map(({ name, attributes }) => [name, attributes]);
  const errors = (): unknown[] => tracer.spans.map(({ error }) => error);

  it('has a span for every step of an upload, and no name of a file in any', async () => {
    await using staged = await staging.stage();
    await staged.write(sent('hello'));
    await staged.seal();
    await attachments.place(CHAT, NAME, staged, 'new');
    expect(spans()).toEqual([
      ['adapter.files.stage', {}],
      ['adapter.files.write', {}],
      ['adapter.files.seal', { 'file.size': 5 }],
      ['adapter.files.place', { 'chat.id': CHAT, 'file.result': 'placed' }],
    ]);
    expect(JSON.stringify(spans())).not.toContain(NAME);
    expect(errors()).toEqual([null, null, null, null]);
  });

  it('has one for whatever else is done to attachments', async () => {
    disk.plant(CHAT, NAME, 'x');
    await attachments.listEntries(CHAT, 10);
    await using content = await attachments.open(CHAT, NAME);
    expect(content?.facts.sizeBytes).toBe(1);
    await attachments.remove(CHAT, NAME);
    await attachments.clear(CHAT);
    const ofChat = { 'chat.id': CHAT };
    expect(spans()).toEqual([
      ['adapter.files.list_entries', { ...ofChat, 'file.count': 1, 'file.others': 0, 'file.complete': true }],
      ['adapter.files.open', { ...ofChat, 'file.found': true }],
      ['adapter.files.remove', { ...ofChat, 'file.found': true }],
      ['adapter.files.clear', ofChat],
    ]);
  });

  it('has none for a look at one file, of which a list has thousands', async () => {
    await attachments.find(CHAT, NAME);
    await attachments.directoryVersion(CHAT);
    await staging.isAbandoned('.staged-x');
    expect(tracer.spans).toEqual([]);
  });

  it('has one for every step of a history that is appended to', async () => {
    await using current = await histories.open(CHAT);
    await using whole = await staging.stage();
    await whole.append(current);
    await histories.digest(whole.readBack(), 100);
    await histories.place(CHAT, whole, current.facts.version);
    expect(tracer.spans.map(({ name }) => name)).toEqual([
      'adapter.files.open_history',
      'adapter.files.stage',
      'adapter.files.append',
      'adapter.files.digest_history',
      'adapter.files.place_history',
    ]);
    expect(tracer.last('adapter.files.place_history')?.attributes).toMatchObject({ 'file.result': 'placed' });
  });

  it('has one for the directories of chats', async () => {
    await chats.ensureDirectory(CHAT);
    await chats.ensureLayout(CHAT);
    await chats.discard(CHAT);
    await chats.findDiscarded();
    await chats.whenRemoved(1);
    await staging.listAbandoned();
    await staging.remove('.staged-x');
    expect(tracer.spans.map(({ name }) => name)).toEqual([
      'adapter.files.ensure_directory',
      'adapter.files.ensure_layout',
      'adapter.files.discard',
      'adapter.files.find_discarded',
      'adapter.files.list_abandoned',
      'adapter.files.remove_staged',
    ]);
  });

  it('marks the span in which the disk fails', async () => {
    fakeChats.failure = BROKEN;
    await expect(chats.ensureLayout(CHAT)).rejects.toBe(BROKEN);
    expect(tracer.last('adapter.files.ensure_layout')?.error).toBe(BROKEN);

    await using staged = await staging.stage();
    const other = new Error('EROFS');
    fakeAttachments.beforePlace = () => Promise.reject(other);
    await expect(attachments.place(CHAT, NAME, staged, 'new')).rejects.toBe(other);
    expect(tracer.last('adapter.files.place')?.error).toBe(other);

    disk.freeBytes = 0;
    await expect(staged.write(sent('x'))).rejects.toMatchObject({ kind: 'out-of-space' });
    expect(tracer.last('adapter.files.write')?.error).toMatchObject({ kind: 'out-of-space' });
  });

  it('marks none for what was decided, or for a source that broke off', async () => {
    fakeHistories.isBusy = true;
    await expect(histories.open(CHAT)).rejects.toMatchObject({ code: 'history_busy' });
    await using staged = await staging.stage();
    await expect(staged.write(ofCaller(breakingOff()))).rejects.toThrow('gone');
    expect(errors()).toEqual([null, null, null]);
  });
});
