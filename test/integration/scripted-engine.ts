import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is done with one request once its head has come. */
export type Script = (socket: Socket) => void;

/** Speaks just as much HTTP as the test wants, also bad one, on a Unix socket. */
export class ScriptedEngine {
  readonly path = join(tmpdir(), `scripted-engine-${randomBytes(4).toString('hex')}.sock`);
  readonly requests: string[] = [];
  /** Everything that came, over all connections. */
  readonly received: Buffer[] = [];
  readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  script: Script = () => undefined;

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket)).on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.received.push(chunk);
        this.requests.push(chunk.toString('latin1').split('\r\n')[0] ?? '');
        this.script(socket);
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const { server } = this;
    if (server !== null) await new Promise((resolve) => server.close(resolve));
    rmSync(this.path, { force: true });
  }
}

/** A whole answer. */
export const answer =
  (status: number, body: unknown): Script =>
  (socket) => {
    const text = JSON.stringify(body);
    const head = `HTTP/1.1 ${status} Some\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
    socket.write(head + text);
  };

/** Announces a body of 1,000 bytes and sends its beginning. */
export const begin: Script = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"Id": "');
};

export const beginAndCut: Script = (socket) => {
  begin(socket);
  setImmediate(() => socket.end());
};
