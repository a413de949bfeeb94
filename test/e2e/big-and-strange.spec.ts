import { existsSync, linkSync } from 'node:fs';
import { readdir, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aChatOf, type FilePage, listFiles, type OwnedChat, put, usedBytesOf } from '../hostile/chats.js';
import { MemoryWatch } from '../hostile/vitals.js';
import { eventually } from '../support/eventually.js';
import { inSandbox } from '../support/sandbox-shell.js';
import { type Answer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** What a route that needs no engine may take. */
const LIMIT_MS = 5000;
const MAX_MEMORY_GROWTH_MIB = 150;
const GIB = 1024 ** 3;
const TIB = 1024 * GIB;
const LISTED = 500;
/** Sixty directories, one in the other, each with a name of 200 bytes: no path leads to the end. */
const DEEP = `name=$(printf '%0200d' 7); at=0
  while [ $at -lt 60 ]; do mkdir "$name" && cd -P "$name" || exit 1; at=$((at + 1)); done; echo deep >end`;

describe('what a sandbox may leave in its directory', () => {
  let service: Service;
  let memory: MemoryWatch;
  let chat: OwnedChat;
  let containerId: string;
  let slowestMs = 0;

  beforeAll(async () => {
    service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_STORAGE_MAX_LISTED_FILES: String(LISTED),
    });
  });
  afterAll(() => service.dispose());
  beforeEach(async () => {
    slowestMs = 0;
    chat = await aChatOf(service);
    containerId = (await service.create(chat.chatId)).body.container_id;
    memory = await MemoryWatch.on(service.pid);
  });
  afterEach(() => {
    memory.stop();
    expect(slowestMs).toBeLessThan(LIMIT_MS);
    expect(memory.growthMib).toBeLessThan(MAX_MEMORY_GROWTH_MIB);
  });

  const timed = async <T>(call: () => Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const answer = await call();
    slowestMs = Math.max(slowestMs, performance.now() - beganMs);
    return answer;
  };
  const call = <T>(method: string, path: string, init: RequestInit = {}): Promise<Answer<T>> =>
    timed(() => service.request<T>(method, `/api/v1/chats/${chat.chatId}${path}`, init));
  const used = (): Promise<number> => timed(() => usedBytesOf(service, chat.workspaceId));
  const clear = async (): Promise<void> => {
    expect((await call('DELETE', '/files')).status).toBe(204);
    expect(await readdir(chat.directory)).toEqual(['history.md']);
  };
  const deleteChat = async (): Promise<void> => {
    await service.delete(chat.chatId);
    expect((await call('DELETE', '')).status).toBe(204);
    expect(existsSync(chat.directory)).toBe(false);
  };
  const untilRemoved = (): Promise<void> =>
    eventually(
      async () => (await readdir(join(chat.directory, '..'))).every((name) => !name.startsWith('.deleted-')),
      'what was deleted is off the disk',
      60_000,
    );

  it('may be a file of a terabyte that is none: it is listed, sent in part, and costs what it takes', async () => {
    await inSandbox(containerId, `truncate -s ${TIB} sparse && echo data >>sparse && echo small >small`);
    const files = await timed(() => listFiles(service, chat.chatId));
    expect(files.map(({ name, size_bytes }) => [name, size_bytes]).sort()).toEqual([
      ['small', 6],
      ['sparse', TIB + 5],
    ]);
    expect(await used()).toBeLessThan(1024 * 1024);
    const path = `/files/${files.find(({ name }) => name === 'sparse')?.file_id ?? ''}/content`;
    const tail = await call<string>('GET', path, { headers: { Range: 'bytes=-5' } });
    expect([tail.status, tail.body]).toEqual([206, 'data\n']);
    for (let round = 0; round < 3; round += 1) await timed(() => beginAndLeave(path));
    await clear();
    await deleteChat();
  });

  /** Takes some megabytes and hangs up. */
  const beginAndLeave = async (path: string): Promise<void> => {
    const leaving = new AbortController();
    const url = `${service.address}/api/v1/chats/${chat.chatId}${path}`;
    const response = await fetch(url, { signal: leaving.signal });
    expect(response.headers.get('content-length')).toBe(String(TIB + 5));
    let taken = 0;
    try {
      for await (const chunk of response.body ?? []) {
        taken += (chunk as Uint8Array).length;
        if (taken > 8 * 1024 * 1024) leaving.abort();
      }
    } catch (error) {
      expect((error as Error).name).toBe('AbortError');
    }
    expect(taken).toBeGreaterThan(8 * 1024 * 1024);
  };

  it('may be a history of a terabyte: nothing is copied of it to append to it', async () => {
    await truncate(join(chat.directory, 'history.md'), TIB);
    const freeBytes = async (): Promise<number> => {
      const { bavail, bsize } = await statfs(chat.directory);
      return bavail * bsize;
    };
    const before = await freeBytes();
    const text = { 'Content-Type': 'text/markdown' };
    const signal = AbortSignal.timeout(LIMIT_MS);
    const appended = await call('POST', '/history', { body: 'more', headers: text, signal });
    expect([appended.status, appended.body]).toEqual([413, { detail: 'payload_too_large' }]);
    expect(before - (await freeBytes())).toBeLessThan(10 * GIB);
    const replaced = await call('PUT', '/history', { body: 'new', headers: text });
    expect(replaced.status).toBe(204);
    expect((await call('GET', '/history')).body).toBe('new');
    await deleteChat();
  });

  it('may be two hundred thousand entries', async () => {
    await inSandbox(containerId, 'seq 10000 | sed s/^/entry-/ | xargs -n 10000 touch');
    await clear();
    await inSandbox(containerId, 'seq 10000 | sed s/^/entry-/ | xargs -n 10000 touch');
    // The rest from the host, and as links: making an inode takes a busy disk ten times as long.
    for (let index = 1; index <= 190_000; index += 1)
      linkSync(join(chat.directory, `entry-${1 + (index % 5000)}`), join(chat.directory, `more-${index}`));
    const files = await timed(() => listFiles(service, chat.chatId));
    expect(files.length).toBeLessThanOrEqual(LISTED);
    expect(await used()).toBe(0);
    expect((await timed(() => put(service, chat.chatId, 'upload', 'x'))).status).toBe(201);
    expect((await call<FilePage>('GET', '/files?limit=200')).status).toBe(200);
    await deleteChat();
    await untilRemoved();
  }, 150_000);

  it('may be deep, closed and of names that are no text', async () => {
    const strange = `printf x >"$(printf 'no-\\377\\376-text')"; printf '12345' >"$(printf 'line\\nbreak')"`;
    const closed = 'mkdir -p closed/inner; printf 1234567 >closed/inner/file; chmod 000 closed/inner closed';
    const build = async (): Promise<void> => {
      await inSandbox(containerId, `(${DEEP}); ${strange}; ${closed}`);
      await inSandbox(containerId, 'printf seen >seen; chmod 000 seen');
    };
    await build();
    expect((await timed(() => listFiles(service, chat.chatId))).map(({ name }) => name)).toEqual(['seen']);
    // deep, no text, a line break, closed, seen: whatever can be reached counts, whatever it is called.
    if (process.getuid?.() === 0) expect(await used()).toBe(5 + 1 + 5 + 7 + 4);
    else expect(await used()).toBeGreaterThanOrEqual(4);
    await clear();
    expect(await used()).toBe(0);
    await build();
    await deleteChat();
    await untilRemoved();
  });
});
