import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { besideTheChats } from '../support/disk-usage.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { fileOf, StorageClient, WAYS } from '../support/storage-client.js';

const MAX_FILE = 1024 * 1024;
const MAX_HISTORY = 256 * 1024;

const NAMES = [
  'a',
  'Grüße an Jürgen.txt',
  'cafe\u0301',
  'caf\u00e9',
  '日本語の名前.md',
  '한국어',
  'Ελληνικά',
  'русский файл',
  'العربية.pdf',
  'עברית',
  'हिन्दी',
  'ไทย',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '𝒳𐍈',
  ' blanks  around ',
  '%2F%00.txt',
  'a+b&c=d?e#f;g,h',
  "it's",
  '..a',
  '...',
  'end.',
  'CON',
  '.staged-1-1-1-000000000000-00000000-0000-0000-0000-000000000000',
  'History.md',
  'history.md ',
  `${'ß'.repeat(127)}x`,
];

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('files and histories, there and back', () => {
  let service: Service;
  let client: StorageClient;
  let chat: string;

  beforeAll(async () => {
    service = await Service.start({
      APP_STORAGE_MAX_FILE_BYTES: String(MAX_FILE),
      APP_STORAGE_MAX_HISTORY_BYTES: String(MAX_HISTORY),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '600',
    });
  });
  beforeEach(async () => {
    client = await StorageClient.of(service);
    chat = await client.newChat();
  });
  afterAll(() => service.dispose());

  const onDisk = (): Promise<string[]> => readdir(join(client.chatsRoot, chat));

  describe.each(WAYS)('a file (%s)', (way) => {
    it.each([0, 1, MAX_FILE - 1, MAX_FILE])('of %i bytes comes back as it was', async (size) => {
      const content = randomBytes(size);
      const stored = await client.store(chat, 'file', content, way);
      expect(stored.status).toBe(201);
      expect(fileOf(stored)).toMatchObject({ size_bytes: size, origin: 'upload' });
      const { bytes, headers } = await client.content(chat, fileOf(stored).file_id);
      expect([digestOf(bytes), headers.get('content-length')]).toEqual([digestOf(content), String(size)]);
    });

    it('of a byte too many is refused, and leaves what was there', async () => {
      const content = randomBytes(100);
      const before = fileOf(await client.store(chat, 'file', content, way));
      for (const name of ['file', 'new']) {
        const refused = await client.store(chat, name, randomBytes(MAX_FILE + 1), way);
        expect([refused.status, refused.detail]).toEqual([413, 'payload_too_large']);
      }
      expect(await client.list(chat)).toEqual([before]);
      expect((await client.content(chat, before.file_id)).bytes.equals(content)).toBe(true);
      await client.untilNothingIsLeft();
    });

    it('bears names in any script', async () => {
      for (const name of NAMES) {
        const stored = await client.store(chat, name, Buffer.from(name), way);
        expect([stored.status, fileOf(stored).name]).toEqual([201, name]);
        const { bytes, headers } = await client.content(chat, fileOf(stored).file_id);
        expect(bytes.toString()).toBe(name);
        const disposition = headers.get('content-disposition') ?? '';
        const [, encoded = ''] =
          /^attachment; filename=".*"; filename\*=UTF-8''([^;]+)$/.exec(disposition) ?? [];
        expect(decodeURIComponent(encoded)).toBe(name);
      }
      expect((await client.list(chat)).map(({ name }) => name).sort()).toEqual(NAMES.toSorted());
      expect((await onDisk()).sort()).toEqual([...NAMES, 'history.md'].sort());
    });
  });

  it.each(['PUT', 'POST'] as const)(
    'a history takes as much as it may hold, and no more (%s)',
    async (method) => {
      for (const size of [0, 1]) {
        expect((await client.writeHistory(chat, method, 'h'.repeat(size))).status).toBe(204);
        expect(await client.history(chat)).toHaveLength(size);
      }
      const room = method === 'PUT' ? MAX_HISTORY : MAX_HISTORY - 1;
      const refused = await client.writeHistory(chat, method, 'x'.repeat(room + 1));
      expect([refused.status, refused.detail]).toEqual([413, 'payload_too_large']);
      expect(await client.history(chat)).toBe('h');
      expect((await client.writeHistory(chat, method, 'y'.repeat(room))).status).toBe(204);
      expect(await client.history(chat)).toHaveLength(MAX_HISTORY);
      await client.untilNothingIsLeft();
    },
  );

  it('answers ranges at every boundary', async () => {
    const size = 3 * 65_536 + 1;
    const content = randomBytes(size);
    const { file_id } = fileOf(await client.store(chat, 'file', content));
    const edges = [0, 1, 65_535, 65_536, 65_537, 2 * 65_536, size - 2, size - 1, size, size + 1];
    for (const first of edges) {
      for (const last of [...edges.filter((edge) => edge >= first), '' as const]) {
        const { status, bytes, headers } = await client.content(chat, file_id, {
          Range: `bytes=${first}-${last}`,
        });
        const end = Math.min(last === '' ? size - 1 : last, size - 1);
        const part = content.subarray(first, end + 1);
        const facts = [status, headers.get('content-range'), headers.get('content-length')];
        if (first >= size) {
          expect(facts.slice(0, 2)).toEqual([416, `bytes */${size}`]);
        } else {
          expect(facts).toEqual([206, `bytes ${first}-${end}/${size}`, String(part.length)]);
          expect(bytes.equals(part)).toBe(true);
        }
      }
    }
    for (const suffix of edges) {
      const { status, bytes } = await client.content(chat, file_id, { Range: `bytes=-${suffix}` });
      const part = content.subarray(Math.max(0, size - suffix));
      expect([status, suffix === 0 || bytes.equals(part)]).toEqual([suffix === 0 ? 416 : 206, true]);
    }
  });

  describe('a client that goes away', () => {
    const BODY = Buffer.from(randomBytes(100 * 1024).toString('hex'));
    const FORM_HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="NAME"\r\n\r\n';
    const length = (more = 0): string => `Content-Length: ${BODY.length + more}`;

    /** What is sent before the body; the body's part may come in one piece of a chunked body, which is longer. */
    const KINDS: Record<string, (name: string) => string[]> = {
      PUT: (name) => [`PUT PATH/files/by-name/${name}`, length(), ''],
      'PUT in pieces': (name) => [
        `PUT PATH/files/by-name/${name}`,
        'Transfer-Encoding: chunked',
        '',
        BODY.length.toString(16),
      ],
      form: (name) => [
        'POST PATH/files?replace=true',
        'Content-Type: multipart/form-data; boundary=b',
        length(FORM_HEAD.length + 9),
        '',
        FORM_HEAD.replace('NAME', name).slice(0, -2),
      ],
      'history PUT': () => ['PUT PATH/history', 'Content-Type: text/markdown', length(), ''],
      'history POST': () => ['POST PATH/history', 'Content-Type: text/markdown', length(), ''],
    };

    const begin = (lines: readonly string[], part: Buffer): Socket => {
      const { hostname, port } = new URL(service.address);
      const [request = '', ...others] = lines;
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      const path = `${request.replace('PATH', `/api/v1/chats/${chat}`)} HTTP/1.1`;
      socket.write([path, `Host: ${hostname}:${port}`, ...others, ''].join('\r\n'));
      socket.write(part);
      return socket;
    };

    it.each(Object.keys(KINDS))('at each tenth leaves nothing (%s)', async (kind) => {
      await client.writeHistory(chat, 'PUT', 'before');
      const kept = fileOf(await client.store(chat, 'tenth-0', Buffer.from('before')));
      const lines = KINDS[kind] ?? (() => []);
      const sockets = Array.from({ length: 10 }, (_, tenth) =>
        begin(lines(`tenth-${tenth}`), BODY.subarray(0, (BODY.length * tenth) / 10)),
      );
      try {
        await eventually(
          async () => (await besideTheChats(client.chatsRoot)).length === sockets.length,
          'all of them are under way',
        );
      } finally {
        for (const socket of sockets) socket.resetAndDestroy();
      }
      // No sweep comes: the writes themselves clean up.
      await client.untilNothingIsLeft();
      expect(await client.list(chat)).toEqual([kept]);
      expect((await client.content(chat, kept.file_id)).bytes.toString()).toBe('before');
      expect(await client.history(chat)).toBe('before');
      expect((await onDisk()).sort()).toEqual(['history.md', 'tenth-0']);
    });
  });
});
