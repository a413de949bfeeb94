import { once } from 'node:events';
import { createServer } from 'node:net';

const HEALTH_MS = 2_000;

/** Where a client on this machine reaches a service that listens there. */
export function localUrl({ host, port }) {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

/** Whether a Sandbox Master answers there; anything else, silence included, is a no. */
export async function isServed(url) {
  try {
    const answer = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(HEALTH_MS) });
    return answer.ok && (await answer.json()).service === 'sandbox-master';
  } catch {
    // Nobody listens, it takes too long, or what answers speaks no JSON.
    return false;
  }
}

/** A port that is free now; whoever wants it should be quick. */
export async function findFreePort(host) {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** @returns the reason why nobody can listen there, or null */
export async function whyNotFree({ host, port }) {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    return error.code ?? error.message;
  }
  server.close();
  await once(server, 'close');
  return null;
}
