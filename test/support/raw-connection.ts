import { connect } from 'node:net';
import { eventually } from './eventually.js';

/** Bytes in and bytes out, as no well-behaved client would send them. */
export class RawConnection {
  received = '';
  isClosed = false;
  readonly socket;

  /** @param base what every path of `begin` stands behind */
  constructor(
    port: number,
    private readonly base = '',
  ) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    this.socket.on('error', () => (this.isClosed = true)).on('close', () => (this.isClosed = true));
  }

  send(bytes: string | Buffer): this {
    if (!this.socket.destroyed)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  /** Sends a request's head. @param path not touched */
  begin(method: string, path: string, headers: Readonly<Record<string, string>>): this {
    const lines = Object.entries({ Host: 'localhost', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    return this.send([`${method} ${this.base}${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  }

  /** All that came until the other side closed the connection. */
  async toEnd(deadlineMs?: number): Promise<string> {
    await eventually(() => this.isClosed, 'the connection is closed', deadlineMs);
    return this.received;
  }

  leave(): void {
    this.socket.resetAndDestroy();
  }
}
