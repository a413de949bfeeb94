import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** The least that a collector can do: take what comes, and say so. Tells the port. */
const server = createServer((incoming, outgoing) => {
  incoming.resume().once('end', () => outgoing.writeHead(200, { 'content-length': 0 }).end());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
