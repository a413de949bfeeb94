import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

const BLOCK_BYTES = 256 * 1024;
/** Sent over and over: a client that makes no bytes has more of the processor left for the server. */
const BLOCK = randomBytes(BLOCK_BYTES);
const READ_BUFFER = Buffer.allocUnsafeSlow(BLOCK_BYTES);
const BOUNDARY = 'bench-7d1c0f9a4b';

/** Both sides take the same requests: each is told by its own paths. */
export interface Transfers {
  readonly port: number;
  readonly uploadPath: string;
  readonly formPath: string;
  readonly downloadPath: string;
}

export const upload = ({ port, uploadPath }: Transfers, bytes: number): Promise<void> =>
  send({ port, method: 'PUT', path: uploadPath, type: 'application/octet-stream' }, bytes);

export function uploadForm({ port, formPath }: Transfers, name: string, bytes: number): Promise<void> {
  const head =
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n';
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  return send({ port, method: 'POST', path: formPath, type }, bytes, head, `\r\n--${BOUNDARY}--\r\n`);
}

interface Target {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly type: string;
}

async function send({ type, ...target }: Target, bytes: number, head = '', tail = ''): Promise<void> {
  const headers = { 'content-type': type, 'content-length': head.length + bytes + tail.length };
  const call = request({ host: '127.0.0.1', ...target, headers });
  const answered = once(call, 'response');
  // Thrown below, also when it fails while the body is still being written.
  answered.catch(() => null);
  if (head !== '') call.write(head);
  for (let left = bytes; left > 0; left -= BLOCK_BYTES) {
    if (!call.write(left < BLOCK_BYTES ? BLOCK.subarray(0, left) : BLOCK))
      await Promise.race([once(call, 'drain'), answered]);
  }
  call.end(tail);
  const [response] = (await answered) as [IncomingMessage];
  const told = await text(response);
  if (response.statusCode !== 201) throw new Error(`${target.path}: ${response.statusCode} ${told}`);
}

/** Into one buffer that is never looked at: what reads is not to be what is measured. */
export async function download({ port, downloadPath }: Transfers, bytes: number): Promise<void> {
  let head = '';
  let received = 0;
  const callback = (count: number): boolean => {
    if (received === 0) head = READ_BUFFER.toString('latin1', 0, Math.min(count, 4096));
    received += count;
    return true;
  };
  const socket = connect({ host: '127.0.0.1', port, onread: { buffer: READ_BUFFER, callback } });
  const ended = once(socket, 'end');
  socket.write(`GET ${downloadPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  await ended;
  socket.destroy();
  const headBytes = head.indexOf('\r\n\r\n') + 4;
  if (!head.startsWith('HTTP/1.1 200 ') || received !== headBytes + bytes)
    throw new Error(`${downloadPath}: ${received} bytes, ${head}`);
}
