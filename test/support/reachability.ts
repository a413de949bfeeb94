import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { inSandbox } from './sandbox-shell.js';

/** Seconds that a connection may take to come about, far more than it takes on one machine. */
const CONNECT_SECONDS = 3;

/** Whether an HTTP server there answers a request from inside the container. */
export async function reaches(containerId: string, address: string, port: number): Promise<boolean> {
  const request = `printf 'GET /health HTTP/1.0\\r\\n\\r\\n'`;
  const answer = await inSandbox(
    containerId,
    `${request} | /bin/busybox nc -w ${CONNECT_SECONDS} ${address} ${port} || true`,
  );
  return answer.startsWith('HTTP/1.');
}

/** Answers on every address of this host. */
export async function openHostListener(): Promise<{ port: number; close(): void }> {
  const server = createServer((_, response) => response.end('host\n'));
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The host's IPv4 addresses that are neither loopback nor a bridge of the engine's. */
export const outerAddresses = (): string[] =>
  Object.entries(networkInterfaces())
    .filter(([name]) => !/^(lo$|br-|sbx-|docker|veth)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address);
