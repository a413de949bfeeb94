import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** The least that an HTTP service in Node can do: read the request, answer with the body in argv, tell the port. */
const [body = ''] = process.argv.slice(2);
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

const server = createServer((incoming, outgoing) => {
  incoming.resume().once('end', () => outgoing.writeHead(200, headers).end(body));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
