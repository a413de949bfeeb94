import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SocketReadinessProbe } from '../../src/sandbox/adapters/system/socket-readiness-probe.js';
import type { Endpoint } from '../../src/sandbox/domain/sandbox.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { eventually } from '../support/eventually.js';

const HOST = '127.0.0.1';
/** Longer than any answer that comes at all. */
const PATIENT_MS = 10_000;
const HASTY_MS = 200;
const SLACK_MS = 3000;

/** A server that nobody trusts. */
class HostileServer {
  readonly sockets = new Set<Socket>();
  received = '';
  private readonly server: Server;

  constructor(private readonly behave: (socket: Socket, request: string) => void) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket)).on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.received += chunk.toString('latin1');
        this.behave(socket, this.received);
      });
    });
  }

  async open(): Promise<Endpoint> {
    await new Promise<void>((resolve) => this.server.listen(0, HOST, resolve));
    return { ip: HOST, port: (this.server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const line = (status: string): string => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`;

/** Writes without end, for as long as somebody takes it. */
function pour(socket: Socket, text: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

describe('SocketReadinessProbe', () => {
  let server: HostileServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function ask(
    readyHttpPath: string,
    behave: ConstructorParameters<typeof HostileServer>[0],
    limitMs: number,
  ): Promise<{ isReady: boolean; ms: number }> {
    server = new HostileServer(behave);
    const endpoint = await server.open();
    const beganMs = performance.now();
    const isReady = await new SocketReadinessProbe(aSandboxConfig({ readyHttpPath })).isReady(
      endpoint,
      limitMs,
    );
    const ms = performance.now() - beganMs;
    const { sockets } = server;
    await eventually(() => sockets.size === 0, 'no connection is left open', 3000);
    return { isReady, ms };
  }

  describe('by TCP', () => {
    it('is content with a connection', async () => {
      expect((await ask('', () => undefined, PATIENT_MS)).isReady).toBe(true);
    });

    it('is not content where nobody listens', async () => {
      server = new HostileServer(() => undefined);
      const endpoint = await server.open();
      await server.close();
      const probe = new SocketReadinessProbe(aSandboxConfig());
      expect(await probe.isReady(endpoint, PATIENT_MS)).toBe(false);
      server = null;
    });

    it('ends in time where packets vanish', async () => {
      const beganMs = performance.now();
      const probe = new SocketReadinessProbe(aSandboxConfig());
      // TEST-NET-1, which is routed nowhere (RFC 5737).
      expect(await probe.isReady({ ip: '192.0.2.1', port: 8000 }, HASTY_MS)).toBe(false);
      expect(performance.now() - beganMs).toBeLessThan(SLACK_MS);
    });
  });

  describe('by HTTP', () => {
    it('asks exactly for the path', async () => {
      await ask('/healthz?deep=1', (socket) => socket.end(line('200 OK')), PATIENT_MS);
      expect(server?.received).toMatch(/^GET \/healthz\?deep=1 HTTP\/1\.1\r\n/);
    });

    it.each(['200 OK', '204 No Content', '299 Custom'])('is content with %s', async (status) => {
      expect((await ask('/', (socket) => socket.end(line(status)), PATIENT_MS)).isReady).toBe(true);
    });

    it.each(['199 Odd', '301 Moved', '302 Found', '404 Not Found', '500 Error', '503 Busy', '999 Odd'])(
      'is not content with %s',
      async (status) => {
        const answer = line(status).replace('\r\n\r\n', '\r\nLocation: http://127.0.0.1:1/\r\n\r\n');
        expect((await ask('/', (socket) => socket.end(answer), PATIENT_MS)).isReady).toBe(false);
      },
    );

    it.each<[string, (socket: Socket) => void]>([
      ['hangs up', (socket) => socket.destroy()],
      ['resets the connection', (socket) => socket.resetAndDestroy()],
      ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
      ['sends rubbish', (socket) => socket.end(Buffer.alloc(1000, 0xff))],
      [
        'sends headers without end',
        (socket) => pour(socket, `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(1000)}\r\n`),
      ],
      ['sends one header without end', (socket) => pour(socket, 'HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyy')],
    ])('is not content with a server that %s, and takes nothing of it', async (_, behave) => {
      const { isReady, ms } = await ask('/', behave, PATIENT_MS);
      expect(isReady).toBe(false);
      expect(ms).toBeLessThan(SLACK_MS);
    });

    it.each<[string, (socket: Socket) => void]>([
      ['says nothing', () => undefined],
      ['says half a head', (socket) => socket.write('HTTP/1.1 200 OK\r\nX-')],
      ['says "continue" for ever', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
    ])('ends in time with a server that %s', async (_, behave) => {
      const { isReady, ms } = await ask('/', behave, HASTY_MS);
      expect(isReady).toBe(false);
      expect(ms).toBeLessThan(SLACK_MS);
    });

    it('does not wait for a body that never ends', async () => {
      const { isReady, ms } = await ask(
        '/',
        (socket) => pour(socket, `${line('200 OK').trimEnd()}0000\r\n\r\nxxxx`),
        PATIENT_MS,
      );
      expect(isReady).toBe(true);
      expect(ms).toBeLessThan(SLACK_MS);
    });
  });
});
