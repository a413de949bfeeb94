import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What an HTTP server on a Unix socket answered. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends the very text, as JSON, and the path as it stands. */
export function overSocket(
  socketPath: string,
  method: string,
  path: string,
  content = '',
): Promise<SocketAnswer> {
  const headers =
    content === ''
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    call.on('error', reject);
    call.end(content);
  });
}
