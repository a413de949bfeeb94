import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface VerbatimAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request whose path is sent as it is, and whose headers may come more than once. @param headers name, value, name, … */
export function sendVerbatim(
  port: number,
  method: string,
  path: string,
  headers: readonly string[] = [],
): Promise<VerbatimAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<VerbatimAnswer>();
  request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: ['Host', `127.0.0.1:${port}`, 'Connection', 'close', ...headers],
  })
    .on('error', reject)
    .on('response', (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: body }),
        reject,
      );
    })
    .end();
  return promise;
}
