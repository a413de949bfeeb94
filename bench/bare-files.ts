import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * The least that a file server in Node can do and still have what it acknowledges on the disk: the body into a file,
 * `fsync`, a name for it, `fsync` of the directory. Takes the directory in argv, tells the port.
 */
const [directory = '.'] = process.argv.slice(2);

async function keep(incoming: IncomingMessage, outgoing: ServerResponse, path: string): Promise<void> {
  const staged = join(directory, randomUUID());
  await pipeline(incoming, createWriteStream(staged, { flush: true }));
  await rename(staged, path);
  const handle = await open(directory);
  await handle.sync();
  await handle.close();
  outgoing.writeHead(201, { 'content-length': 0 }).end();
}

async function give(outgoing: ServerResponse, path: string): Promise<void> {
  const { size } = await stat(path);
  outgoing.writeHead(200, { 'content-length': size });
  await pipeline(createReadStream(path), outgoing);
}

const server = createServer((incoming, outgoing) => {
  const path = join(directory, incoming.url ?? '');
  const work = incoming.method === 'GET' ? give(outgoing, path) : keep(incoming, outgoing, path);
  work.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    outgoing.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
