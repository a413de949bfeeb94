import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { sendContent } from '../../../src/storage/adapters/http/content-answer.js';
import type { OpenContent } from '../../../src/storage/domain/content.js';
import { eventually } from '../../support/eventually.js';

const CHUNK = 256 * 1024;
const CHUNKS = 200;

/** Chunks of one letter each, all in the same memory. */
class LetteredContent implements OpenContent {
  begun = 0;
  ended = 0;
  chunks = CHUNKS;
  readonly facts = { sizeBytes: CHUNK * CHUNKS, chargedBytes: 0, identity: 'i', version: 'v' };

  async *read(): AsyncGenerator<Uint8Array> {
    const memory = Buffer.alloc(CHUNK);
    this.begun += 1;
    try {
      for (let index = 0; index < this.chunks; index += 1) {
        yield memory.fill(97 + (index % 26));
        await Promise.resolve();
      }
    } finally {
      this.ended += 1;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

describe('the answer with a content', () => {
  let content: LetteredContent;
  let server: Server;
  let failures: unknown[];

  beforeEach(async () => {
    content = new LetteredContent();
    failures = [];
    const app = express().get('/', async (request, response) => {
      const representation = {
        content,
        contentType: 'text/plain',
        tag: 'v',
        headers: {},
        hasRanges: true,
      };
      await sendContent(request, response, representation, () => null).catch((error: unknown) =>
        failures.push(error),
      );
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  const ask = (times: number): Socket => {
    const socket = connect(port(), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(times));
    return socket;
  };

  it('is whole, though the memory of a chunk is used again for the next', async () => {
    const response = await fetch(`http://127.0.0.1:${port()}/`);
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.length).toBe(CHUNK * CHUNKS);
    const wrong = Array.from({ length: CHUNKS }, (_, index) => index).filter((index) => {
      const chunk = body.subarray(index * CHUNK, (index + 1) * CHUNK);
      return !chunk.equals(Buffer.alloc(CHUNK, 97 + (index % 26)));
    });
    expect(wrong).toEqual([]);
  });

  it('ends its reading when the client leaves', async () => {
    const socket = ask(1);
    await once(socket, 'readable');
    expect(content.ended).toBe(0);
    socket.destroy();
    await eventually(() => content.ended === 1, 'the reading has ended');
    expect(failures).toEqual([]);
  });

  it('ends its reading when the client leaves while it waits behind another answer', async () => {
    const socket = ask(2);
    await eventually(() => content.begun === 2, 'both are being read');
    socket.destroy();
    await eventually(() => content.ended === 2, 'both readings have ended');
    expect(failures).toEqual([]);
  });

  it('cuts the connection when the content has become shorter', async () => {
    content.chunks = 2;
    const socket = ask(1);
    const received = await buffer(socket);
    expect(received.length).toBeLessThan(3 * CHUNK);
    await eventually(() => failures.length === 1, 'the failure is told');
  });
});
