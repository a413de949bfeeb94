import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HistoryChangedError } from '../../../src/storage/domain/errors.js';
import { CHAT } from '../../builders/ids.js';
import { FakeContent } from '../../fakes/storage-use-cases.js';
import { ServedStorage } from '../../support/served-storage.js';

describe('a history', () => {
  let served: ServedStorage;
  beforeAll(async () => {
    served = await ServedStorage.start();
  });
  afterAll(() => served.close());
  beforeEach(() => {
    const content = new FakeContent(Buffer.from('# Größe\n'));
    Object.assign(served.storage, { content, refusal: null });
    served.storage.written.length = 0;
  });

  const send = (
    method: string,
    body: string | null,
    headers: Record<string, string> = { 'Content-Type': 'text/markdown' },
  ): Promise<Response> => served.request('/history', { method, body, headers });

  it('is read as text with its tag', async () => {
    const response = await served.request('/history');
    expect([response.status, await response.text()]).toEqual([200, '# Größe\n']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/markdown; charset=utf-8',
      'content-length': '10',
      etag: '"the-tag"',
      'x-content-type-options': 'nosniff',
    });
    expect(served.storage.content.disposals).toBe(1);
  });

  it.each(['"the-tag"', 'W/"the-tag"', '"a", "the-tag"', '*'])(
    'is not sent again to who has %s',
    async (ifNoneMatch) => {
      const response = await served.request('/history', { headers: { 'If-None-Match': ifNoneMatch } });
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([
        304,
        '',
        '"the-tag"',
      ]);
    },
  );

  it('has no parts', async () => {
    const response = await served.request('/history', { headers: { Range: 'bytes=0-1' } });
    expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, null]);
  });

  it.each([
    ['PUT', 'replace'],
    ['POST', 'append'],
  ])('is changed by %s: %s', async (method, mode) => {
    const response = await send(method, 'ü\n', { 'Content-Type': 'text/plain; charset=UTF-8' });
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([
      204,
      '"new-tag"',
      '',
    ]);
    const [{ history, bytes } = { history: null, bytes: null }] = served.storage.written;
    expect(history).toMatchObject({ chatId: CHAT, mode, declaredBytes: 3, expected: null });
    expect(bytes?.toString()).toBe('ü\n');
  });

  it('is emptied by nothing', async () => {
    expect((await send('PUT', '')).status).toBe(204);
    expect(served.storage.written[0]?.history.declaredBytes).toBe(0);
  });

  it.each([
    ['*', 'any'],
    ['"a"', ['a']],
    ['"a", W/"b", "c,d"', ['a', 'c,d']],
    ['nonsense', []],
  ])('is changed only if it is %s', async (ifMatch, expected) => {
    for (const method of ['PUT', 'POST']) {
      await send(method, 'x', { 'Content-Type': 'text/markdown', 'If-Match': ifMatch });
      expect(served.storage.written.at(-1)?.history.expected).toEqual(expected);
    }
  });

  it('that is another by now is not changed', async () => {
    served.storage.refusal = new HistoryChangedError();
    const response = await send('PUT', 'x');
    expect([response.status, await response.json()]).toEqual([412, { detail: 'history_changed' }]);
  });

  it.each([
    ['application/json', {}],
    ['text/plain; charset=latin1', {}],
    ['text', {}],
    ['', {}],
    ['text/markdown', { 'Content-Encoding': 'gzip' }],
  ])('takes no body that is %j %j', async (type, headers) => {
    const response = await send('PUT', 'x', { 'Content-Type': type, ...headers });
    expect([response.status, await response.json()]).toEqual([415, { detail: 'unsupported_media_type' }]);
    expect(served.storage.written).toEqual([]);
  });

  it('takes no body without a type', async () => {
    const response = await served.request('/history', { method: 'PUT', body: new Uint8Array([120]) });
    expect(response.status).toBe(415);
  });
});
