import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChatFileNotFoundError } from '../../../src/storage/domain/errors.js';
import { aUuid, CHAT } from '../../builders/ids.js';
import { aChatFile } from '../../builders/storage.js';
import { FakeContent } from '../../fakes/storage-use-cases.js';
import { eventually } from '../../support/eventually.js';
import { ServedStorage } from '../../support/served-storage.js';

const MIB = 1024 * 1024;
const FILE = aUuid(4001);
const CONTENT = `/files/${FILE}/content`;

describe('a download', () => {
  let served: ServedStorage;
  beforeAll(async () => {
    served = await ServedStorage.start();
  });
  afterAll(() => served.close());
  beforeEach(() => {
    const content = new FakeContent(Buffer.from('0123456789'));
    Object.assign(served.storage, { file: aChatFile(), content, refusal: null });
    served.metrics.added.length = 0;
    served.logger.records.length = 0;
  });

  const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    served.request(CONTENT, { method, headers });
  const untilDisposed = (): Promise<void> =>
    eventually(() => served.storage.content.disposals === 1, 'the content is disposed');

  it('has the bytes, and headers by which nothing in it can do harm', async () => {
    const response = await get();
    expect([response.status, await response.text()]).toEqual([200, '0123456789']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '10',
      etag: '"1-2-3"',
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment; filename="notes.txt"; filename*=UTF-8\'\'notes.txt',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
    await untilDisposed();
    expect(served.metrics.added).toEqual([{ name: 'storage.download.bytes', amount: 10, attributes: {} }]);
  });

  it('of a file without a type is of bytes, under its name in any script', async () => {
    served.storage.file = aChatFile({ contentType: null, name: 'Ünï "q" 100%25; 日.txt' });
    const { headers } = await get();
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="[ -~]*"; filename\*=UTF-8''[!-~]*$/,
    );
  });

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=9-', '9', 'bytes 9-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
  ])('of %s has that part', async (range, text, contentRange) => {
    const response = await get({ Range: range });
    expect([response.status, await response.text()]).toEqual([206, text]);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('content-length')).toBe(String(text.length));
    await untilDisposed();
  });

  it.each(['bytes=10-', 'bytes=-0'])('of %s, where nothing is, is refused', async (range) => {
    const response = await get({ Range: range });
    expect([response.status, await response.json()]).toEqual([416, { detail: 'range_not_satisfiable' }]);
    expect(response.headers.get('content-range')).toBe('bytes */10');
    await untilDisposed();
  });

  it.each(['bytes=0-1,3-4', 'items=0-1', 'bytes=4-2', 'bytes=x'])('of %s has the whole', async (range) => {
    const response = await get({ Range: range });
    expect([response.status, await response.text()]).toEqual([200, '0123456789']);
  });

  it.each([
    ['"1-2-3"', 206],
    ['W/"1-2-3"', 200],
    ['"1-2-4"', 200],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 200],
  ])('of a range if it is still %s is answered with %d', async (ifRange, status) => {
    expect((await get({ Range: 'bytes=0-0', 'If-Range': ifRange })).status).toBe(status);
  });

  it('of what the client has already is not sent again', async () => {
    const response = await get({ 'If-None-Match': '"x", W/"1-2-3"', Range: 'bytes=99-' });
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([
      304,
      '',
      '"1-2-3"',
    ]);
    await untilDisposed();
  });

  it('can be asked about without its bytes', async () => {
    const response = await get({ Range: 'bytes=0-3' }, 'HEAD');
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
      200,
      '',
      '10',
    ]);
    await untilDisposed();
  });

  it('of an empty file is empty', async () => {
    served.storage.content = new FakeContent(Buffer.alloc(0));
    const response = await get();
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
      200,
      '',
      '0',
    ]);
    expect((await get({ Range: 'bytes=0-' })).status).toBe(416);
    expect((await get({ Range: 'bytes=-5' })).status).toBe(200);
  });

  it('of a file that is cut while it is sent ends with the connection', async () => {
    served.storage.content = new FakeContent(Buffer.alloc(4 * MIB));
    served.storage.content.presentBytes = MIB;
    await expect((async () => (await get()).arrayBuffer())()).rejects.toThrow();
    await untilDisposed();
    expect(served.metrics.added).toMatchObject([{ amount: MIB }]);
    await eventually(() => served.logger.events.includes('request_failed'), 'the log tells');
  });

  it('whose client leaves lets go of the file, and read no more of it than was taken', async () => {
    served.storage.content = new FakeContent(Buffer.alloc(64 * MIB));
    const client = served.raw().begin('GET', CONTENT, {});
    client.socket.pause();
    await eventually(() => client.socket.bytesRead >= 0 && served.storage.calls.length > 0, 'it begins');
    client.leave();
    await untilDisposed();
    await eventually(() => served.metrics.added.length === 1, 'the bytes are counted');
    expect(served.metrics.added[0]?.amount).toBeLessThan(32 * MIB);
    expect(served.logger.events).toEqual([]);
  });

  it('of a file that is not there is refused', async () => {
    served.storage.refusal = new ChatFileNotFoundError();
    const response = await get();
    expect([response.status, await response.json()]).toEqual([404, { detail: 'chat_file_not_found' }]);
  });
});

describe('files', () => {
  let served: ServedStorage;
  beforeAll(async () => {
    served = await ServedStorage.start();
  });
  afterAll(() => served.close());

  it('are listed page by page, without those that have gone, which yet count', async () => {
    const ids = [1, 2, 3].map((number) => aUuid(number));
    served.storage.listed = ids.map((fileId, index) => ({
      file: aChatFile({ fileId, createdAt: new Date(index) }),
      isPresent: index !== 1,
    }));
    const response = await served.request('/files?limit=2');
    const page = (await response.json()) as { items: { file_id: string }[]; next_cursor: string };
    expect(page.items.map(({ file_id }) => file_id)).toEqual([ids[0]]);
    expect(served.storage.calls.at(-1)).toEqual(['list', CHAT, { after: null, limit: 3 }]);
    await served.request(`/files?limit=2&cursor=${page.next_cursor}`);
    const after = { createdAt: new Date(1), id: ids[1] };
    expect(served.storage.calls.at(-1)).toEqual(['list', CHAT, { after, limit: 3 }]);
  });

  it('are shown and deleted one by one and all together', async () => {
    const shown = await served.request(`/files/${FILE.toUpperCase()}`);
    expect([shown.status, await shown.json()]).toMatchObject([200, { file_id: FILE, origin: 'upload' }]);
    expect((await served.request(`/files/${FILE}`, { method: 'DELETE' })).status).toBe(204);
    expect((await served.request('/files', { method: 'DELETE' })).status).toBe(204);
    expect(served.storage.calls.slice(-3)).toEqual([
      ['get', CHAT, FILE],
      ['delete', CHAT, FILE],
      ['clear', CHAT],
    ]);
  });
});
