import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUuid } from '../../builders/ids.js';
import { FakeContent } from '../../fakes/storage-use-cases.js';
import { eventually } from '../../support/eventually.js';
import { ServedStorage } from '../../support/served-storage.js';

const STALL_MS = 400;
const MIB = 1024 * 1024;

describe('a connection', () => {
  let served: ServedStorage;
  beforeAll(async () => {
    served = await ServedStorage.start(STALL_MS);
  });
  afterAll(() => served.close());

  it('whose body stands still is cut', async () => {
    const client = served.raw().begin('PUT', '/files/by-name/x', { 'Content-Length': '1000' });
    client.send('abc');
    expect(await client.toEnd(5000)).toMatch(
      /^HTTP\/1\.1 408 [^]*Connection: close[^]*{"detail":"request_timeout"}$/,
    );
    await eventually(() => served.storage.failures.length === 1, 'the source throws');
  });

  it('whose body is slow, but comes, is not, however long it takes', async () => {
    const client = served.raw().begin('PUT', '/files/by-name/x', { 'Content-Length': '20' });
    for (let sent = 0; sent < 20; sent += 1) {
      client.send('x');
      await sleep(STALL_MS / 4);
    }
    await eventually(() => client.received.startsWith('HTTP/1.1 201'), 'the answer');
    client.leave();
  });

  it('whose answer is not taken is cut, and the file let go of', async () => {
    served.storage.content = new FakeContent(Buffer.alloc(64 * MIB));
    const client = served.raw().begin('GET', `/files/${aUuid(4001)}/content`, {});
    client.socket.pause();
    await eventually(() => served.storage.content.disposals === 1, 'the content is disposed', 5000);
    client.leave();
  });

  it('that waits for work of ours is not cut', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    served.storage.onPiece = () => promise;
    const client = served.raw().begin('PUT', '/files/by-name/x', { 'Content-Length': '3' });
    client.send('abc');
    await sleep(STALL_MS * 4);
    resolve(undefined);
    await eventually(() => client.received.startsWith('HTTP/1.1 201'), 'the answer');
    client.leave();
  });
});
