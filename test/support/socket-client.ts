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

/** Asks for a connection that goes both ways, as the engine's clients do. @returns 101, once that is closed; else the answer */
export function askToSwitch(socketPath: string, path: string): Promise<SocketAnswer> {
  const headers = { Connection: 'Upgrade', Upgrade: 'tcp' };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    call.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    call.on('error', reject);
    call.end();
  });
}
