import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT } from '../../builders/ids.js';
import {
  ChatNotFoundError,
  InvalidAttachmentNameError,
  WorkspaceQuotaExceededError,
} from '../../../src/storage/domain/errors.js';
import type { FakeStorage } from '../../fakes/storage-use-cases.js';
import { eventually } from '../../support/eventually.js';
import { ServedStorage } from '../../support/served-storage.js';

const MIB = 1024 * 1024;

describe('an upload', () => {
  let served: ServedStorage;
  const storage = (): FakeStorage => served.storage;
  beforeAll(async () => {
    served = await ServedStorage.start();
  });
  afterAll(() => served.close());
  beforeEach(() => {
    Object.assign(storage(), {
      isNew: true,
      refusal: null,
      breaking: null,
      onPiece: () => Promise.resolve(),
    });
    storage().stored.length = 0;
    storage().failures.length = 0;
  });

  const lastStored = () => storage().stored.at(-1);

  describe('by a form', () => {
    const part = (disposition: string, content = 'content', more = ''): string =>
      `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${content}\r\n`;
    const FILE = 'name="file"; filename="a.txt"';

    const post = (
      body: string | Buffer,
      headers: Record<string, string> = {},
      query = '',
    ): Promise<Response> =>
      served.request(`/files${query}`, {
        method: 'POST',
        body: typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
        headers: { 'Content-Type': 'multipart/form-data; boundary=b', ...headers },
      });
    const answerOf = async (response: Promise<Response>): Promise<unknown[]> => {
      const { status } = await response;
      return [status, ((await (await response).json()) as { detail?: unknown }).detail];
    };

    it('of a browser is stored under its name, with its type', async () => {
      const form = new FormData();
      form.append('file', new Blob(['größe'], { type: 'text/plain; charset=utf-8' }), 'Grüße "1" 日本.txt');
      const response = await served.request('/files', { method: 'POST', body: form });
      expect([response.status, await response.json()]).toEqual([
        201,
        {
          file_id: expect.any(String),
          chat_id: CHAT,
          name: 'Grüße "1" 日本.txt',
          content_type: 'text/plain; charset=utf-8',
          size_bytes: 12,
          origin: 'upload',
          created_at: expect.stringMatching(/Z$/),
        },
      ]);
      expect(lastStored()?.bytes.toString()).toBe('größe');
      expect(lastStored()?.file).toMatchObject({ chatId: CHAT, mode: 'new', declaredBytes: 0 });
    });

    it('has at least as many bytes as its length leaves, whatever stands behind it', async () => {
      const content = 'x'.repeat(100_000);
      for (const epilogue of ['', '\r\n', `  \r\n${'e'.repeat(16_000)}`]) {
        expect((await post(`${part(FILE, content)}--b--${epilogue}`)).status).toBe(201);
        expect(lastStored()?.bytes.length).toBe(content.length);
        const declaredBytes = lastStored()?.file.declaredBytes ?? NaN;
        expect(declaredBytes).toBeLessThanOrEqual(content.length);
        expect(declaredBytes).toBeGreaterThan(content.length - 20_000);
      }
    });

    it('of a client that does not say how long it is has no length', async () => {
      const stream = new Blob([`${part(FILE)}--b--\r\n`]).stream();
      const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
      const response = await served.request('/files', {
        method: 'POST',
        body: stream,
        headers,
        duplex: 'half',
      });
      expect([response.status, lastStored()?.file.declaredBytes]).toEqual([201, null]);
    });

    it.each(['', '?replace=false'])('makes a new file (%s)', async (query) => {
      await post(`${part(FILE)}--b--`, {}, query);
      expect(lastStored()?.file.mode).toBe('new');
    });

    it('replaces when it is told to', async () => {
      storage().isNew = false;
      expect((await post(`${part(FILE)}--b--`, {}, '?replace=true')).status).toBe(200);
      expect(lastStored()?.file.mode).toBe('replace');
    });

    it.each([
      ['?replace=1', 'boolean'],
      ['?replace=', 'boolean'],
      ['?replace=TRUE', 'boolean'],
      ['?replace=true&replace=true', 'boolean'],
      ['?replac=true', 'extra_forbidden'],
    ])('with %s is refused before anything is read', async (query, type) => {
      const answer = await answerOf(post(part(FILE), {}, query));
      expect(answer).toMatchObject([422, [{ loc: ['query', expect.any(String)], type }]]);
      expect(storage().stored).toEqual([]);
    });

    it.each([
      ['another field', `${part('name="note"')}--b--`, 'note', 'extra_forbidden'],
      ['a file in another field', `${part('name="f"; filename="x"')}--b--`, 'f', 'extra_forbidden'],
      ['a field in place of the file', `${part('name="file"')}--b--`, 'file', 'missing'],
      ['no part', '--b--\r\n', 'file', 'missing'],
      ['a field behind the file', `${part(FILE)}${part('name="note"')}--b--`, 'note', 'extra_forbidden'],
      ['two files', `${part(FILE)}${part(FILE)}--b--`, 'file', 'extra_forbidden'],
    ])('of %s is refused', async (_, body, field, type) => {
      const detail = [{ loc: ['body', field], msg: expect.any(String), type }];
      expect(await answerOf(post(body))).toEqual([422, detail]);
      expect(storage().stored).toEqual([]);
    });

    it.each([
      ['has nothing in it', ''],
      ['has no delimiter', 'hello'],
      ['ends within the headers', '--b\r\nContent-Dispo'],
      ['ends within the content', part(FILE)],
      ['ends within the closing delimiter', `${part(FILE)}--b-`],
      ['has something else behind a delimiter', `${part(FILE)}--bc\r\n`],
      ['has something else behind the closing delimiter', `${part(FILE)}--b--c`],
      ['has too much behind the closing delimiter', `${part(FILE)}--b--\r\n${'x'.repeat(17 * 1024)}`],
      ['has too much before the first delimiter', `${'x'.repeat(17 * 1024)}\r\n${part(FILE)}--b--`],
      ['has too long headers', `${part(`${FILE}; x=${'x'.repeat(17 * 1024)}`)}--b--`],
      ['has a part without headers', '--b\r\n\r\ncontent\r\n--b--'],
      ['has a header that is none', `${part(FILE, 'x', 'none\r\n')}--b--`],
      [
        'has a part that is not of a form',
        '--b\r\nContent-Disposition: attachment; name=file\r\n\r\nx\r\n--b--',
      ],
      ['has a part without a name', `${part('filename="a.txt"')}--b--`],
    ])('that %s is malformed', async (_, body) => {
      expect(await answerOf(post(body))).toEqual([400, 'malformed_multipart']);
      expect(storage().stored).toEqual([]);
    });

    it.each([
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary="ü"',
      `multipart/form-data; boundary=${'b'.repeat(71)}`,
      'multipart/mixed; boundary=b',
      'application/x-www-form-urlencoded',
    ])('called %s is refused', async (type) => {
      const body = `${part(FILE)}--b--`;
      expect(await answerOf(post(body, { 'Content-Type': type }))).toEqual([415, 'unsupported_media_type']);
    });

    it('that is compressed is refused', async () => {
      const answer = await answerOf(post(`${part(FILE)}--b--`, { 'Content-Encoding': 'gzip' }));
      expect(answer).toEqual([415, 'unsupported_media_type']);
    });

    it.each([
      ['a path', 'filename="../a/b\\c"', '../a/b\\c'],
      ['nothing', 'filename=""', ''],
      ['a token', 'filename=a.txt', 'a.txt'],
      ['an extended name', 'filename="x"; filename*=UTF-8\'\'%E6%97%A5%22.txt', '日".txt'],
      ['an extended name in Latin-1', "filename*=iso-8859-1'de'%FC.txt", 'ü.txt'],
      ['what browsers escape', 'filename="a%22b%0D%0Ac%25.txt"', 'a"b\r\nc%25.txt'],
      ['a bare line break', 'filename="a\nb"', 'a\nb'],
      ['a very long name', `filename="${'x'.repeat(5000)}"`, 'x'.repeat(5000)],
    ])('under %s gives the name as it was meant', async (_, name, expected) => {
      expect((await post(`${part(`name="file"; ${name}`)}--b--`)).status).toBe(201);
      expect(lastStored()?.file.name).toBe(expected);
    });

    it.each([
      'filename="\xff.txt"',
      'filename="\xed\xa0\x80"',
      "filename*=UTF-8''%FF",
      "filename*=utf-16''a",
    ])('under what is not UTF-8 is refused: %j', async (name) => {
      const answer = await answerOf(post(`${part(`name="file"; ${name}`)}--b--`));
      expect([answer, storage().stored]).toEqual([[422, 'invalid_attachment_name'], []]);
    });

    it.each([
      ['Content-Type: image/png\r\n', 'image/png'],
      ['', null],
      ['Content-Type: nonsense\r\n', null],
      [`Content-Type: a/${'b'.repeat(300)}\r\n`, null],
    ])('with the header %j has its type', async (header, type) => {
      await post(`${part(FILE, 'x', header)}--b--`);
      expect(lastStored()?.file.contentType).toBe(type);
    });

    it('is answered while the client still sends, when it is refused at once', async () => {
      storage().refusal = new ChatNotFoundError();
      const client = served.raw().begin('POST', '/files', {
        'Content-Type': 'multipart/form-data; boundary=b',
        'Content-Length': String(200 * MIB),
      });
      client.send(part(FILE, 'x'.repeat(100_000)));
      await eventually(() => client.received.includes('chat_not_found'), 'the refusal');
      expect(client.received).toMatch(/^HTTP\/1.1 404 /);
      client.leave();
    });

    it('is answered when it is refused in the middle, and the rest is drained', async () => {
      storage().breaking = { afterBytes: MIB, error: new WorkspaceQuotaExceededError() };
      const body = `${part(FILE, 'x'.repeat(6 * MIB))}--b--`;
      expect(await answerOf(post(body))).toEqual([413, 'workspace_quota_exceeded']);
    });

    it('whose client leaves throws, and nothing is left hanging', async () => {
      const client = served.raw().begin('POST', '/files', {
        'Content-Type': 'multipart/form-data; boundary=b',
        'Content-Length': '1000000',
      });
      client.send(part(FILE, 'x'.repeat(10_000)));
      await eventually(() => storage().readBytes > 0, 'some bytes are read');
      client.leave();
      await eventually(() => storage().failures.length === 1, 'the source throws');
      expect(storage().stored).toEqual([]);
      expect(served.logger.events).not.toContain('request_failed');
    });

    it('keeps its end back until the form has ended', async () => {
      const client = served.raw().begin('POST', '/files', {
        'Content-Type': 'multipart/form-data; boundary=b',
        'Transfer-Encoding': 'chunked',
      });
      const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
      client.send(chunk(part(FILE, 'whole')));
      client.send(chunk('--b--\r\n'));
      await eventually(() => storage().readBytes === 5, 'the content is read');
      expect([storage().stored, client.received]).toEqual([[], '']);
      client.send('0\r\n\r\n');
      await eventually(() => client.received.startsWith('HTTP/1.1 201'), 'the answer');
      client.leave();
    });
  });

  describe('as a body', () => {
    const put = (name: string, init: RequestInit = {}): Promise<Response> =>
      served.request(`/files/by-name/${name}`, { method: 'PUT', ...init });

    it('is stored under the name in the path', async () => {
      const headers = { 'Content-Type': 'image/png' };
      const response = await put(encodeURIComponent('Ü 日本;%.png'), { body: Buffer.from('bytes'), headers });
      expect(response.status).toBe(201);
      expect(lastStored()?.bytes.toString()).toBe('bytes');
      expect(lastStored()?.file).toMatchObject({
        name: 'Ü 日本;%.png',
        mode: 'replace',
        contentType: 'image/png',
        declaredBytes: 5,
      });
      storage().isNew = false;
      expect((await put('x')).status).toBe(200);
      expect(lastStored()?.file).toMatchObject({ contentType: null, declaredBytes: 0 });
    });

    it.each([
      ['%2F', '/'],
      ['%00', '\0'],
      ['..', '..'],
      ['.', '.'],
      ['%2e%2E', '..'],
      ['a%5Cb', 'a\\b'],
      ['%EF%BB%BFa', '\ufeffa'],
    ])('leaves %s to the rules of names', async (path, name) => {
      const client = served.raw().begin('PUT', `/files/by-name/${path}`, { 'Content-Length': '0' });
      await eventually(() => client.received.startsWith('HTTP/1.1 201'), 'the answer');
      expect(lastStored()?.file.name).toBe(name);
      client.leave();
    });

    it.each(['%', '%zz', '%FF', '%ED%A0%80'])(
      'under %j, which is no percent-encoded UTF-8, is refused',
      async (path) => {
        const client = served.raw().begin('PUT', `/files/by-name/${path}`, { 'Content-Length': '0' });
        await eventually(() => client.received.includes('invalid_attachment_name'), 'the refusal');
        expect(client.received).toMatch(/^HTTP\/1.1 422 /);
        client.leave();
      },
    );

    it('under bytes that are not encoded at all is no HTTP', async () => {
      const client = served.raw().begin('PUT', '/files/by-name/\xc3\xbc', { 'Content-Length': '0' });
      await eventually(() => client.received.startsWith('HTTP/1.1 400'), 'the refusal');
    });

    it('is refused as the use case says', async () => {
      storage().refusal = new InvalidAttachmentNameError();
      const response = await put('x', { body: 'y' });
      expect([response.status, await response.json()]).toEqual([422, { detail: 'invalid_attachment_name' }]);
    });

    it('that is compressed is refused', async () => {
      const response = await put('x', { body: 'y', headers: { 'Content-Encoding': 'br' } });
      expect([response.status, await response.json()]).toEqual([415, { detail: 'unsupported_media_type' }]);
    });

    it('comes no faster than it is taken', async () => {
      const gate = Promise.withResolvers<undefined>();
      storage().onPiece = () => gate.promise;
      const client = served.raw().begin('PUT', '/files/by-name/x', { 'Content-Length': String(64 * MIB) });
      const piece = Buffer.alloc(MIB);
      let sent = 0;
      const pump = (): void => {
        while (sent < 64 && client.socket.write(piece)) sent += 1;
      };
      client.socket.on('drain', () => {
        sent += 1;
        pump();
      });
      pump();
      let before = -1;
      await eventually(async () => {
        const isStill = before === sent && sent > 0;
        before = sent;
        await sleep(100);
        return isStill;
      }, 'the client is held');
      expect(sent).toBeLessThan(32);
      gate.resolve(undefined);
      await eventually(
        () => storage().readBytes === 64 * MIB || client.isClosed || sent >= 64,
        'it flows again',
      );
      client.leave();
      await eventually(() => storage().failures.length + storage().stored.length === 1, 'the end');
    });
  });

  it('is offered where it can be: other methods are told which there are', async () => {
    const allowed = async (method: string, path: string): Promise<unknown[]> => {
      const response = await served.request(path, { method });
      return [response.status, response.headers.get('Allow')];
    };
    expect(await allowed('PATCH', '/files')).toEqual([405, 'DELETE, GET, HEAD, POST']);
    expect(await allowed('GET', '/files/by-name/x')).toEqual([405, 'PUT']);
    expect(await allowed('PUT', '/files/by-name/')).toEqual([404, null]);
    expect(await allowed('PUT', `/files/${CHAT}`)).toEqual([405, 'DELETE, GET, HEAD']);
    expect(await allowed('POST', `/files/${CHAT}/content`)).toEqual([405, 'GET, HEAD']);
    expect(await allowed('DELETE', '/history')).toEqual([405, 'GET, HEAD, POST, PUT']);
  });
});
