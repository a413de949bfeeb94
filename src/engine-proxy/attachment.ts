import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';

const SWITCHED = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n';

/** An answer on the connection of a request that asks for one that goes both ways; the connection ends with it. */
export function answerOn(incoming: IncomingMessage, client: Socket): ServerResponse {
  const answer = new ServerResponse(incoming);
  answer.shouldKeepAlive = false;
  answer.assignSocket(client);
  answer.once('finish', () => client.destroySoon());
  return answer;
}

/** Passes bytes on in both directions, until either side ends; then both have. */
export function attach(client: Duplex, engine: Duplex): void {
  client.write(SWITCHED);
  // Whoever is cut off has ended too, and nobody else is to be told.
  pipeline(engine, client, () => {
    engine.destroy();
    client.destroy();
  });
  client.pipe(engine);
}
