import { createRequire } from 'node:module';
import { type ClientRequest, IncomingMessage, type ServerResponse } from 'node:http';
import { type Attributes, context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { isUnobservedPath } from './unobserved-paths.js';

/** As nginx calls it: the client was gone before there was an answer. */
const CLIENT_GONE = 499;

/**
 * What the library would put on every span: the query, in which a client may have put its token, and what nobody asks a
 * trace for. Undefined takes an attribute away.
 */
const LEFT_OUT: Attributes = Object.fromEntries(
  [
    'url.query',
    'client.address',
    'network.peer.address',
    'network.peer.port',
    'server.address',
    'server.port',
    'user_agent.original',
  ].map((name) => [name, undefined]),
);

/**
 * A span and a duration for every request but those of probes and scrapes. Requests of ours are left out: those to the
 * engine have spans of the runtime's adapter.
 */
export function observeHttpServer(): void {
  new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: ({ url = '' }) => isUnobservedPath(url),
    startIncomingSpanHook: () => LEFT_OUT,
    requestHook: (_span, request) => {
      nameByRoute(request);
    },
    responseHook: (_span, response) => {
      if (!(response instanceof IncomingMessage)) tellOfLeaving(response);
    },
  });
  // It patches the module when somebody requires it, and ours is imported.
  createRequire(import.meta.url)('http');
}

/**
 * The route is known only once Express has found it, and is asked for when the answer is out. Express's own
 * instrumentation would tell it too, at the price of wrapping every layer of every request.
 */
function nameByRoute(request: ClientRequest | IncomingMessage): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata === undefined) return;
  const route = (): string | undefined => (request as { route?: { path?: string } }).route?.path;
  Object.defineProperty(metadata, 'route', { get: route, enumerable: true });
}

/** An answer that was never begun has the status 200, which the library would take for its own once the client is gone. */
function tellOfLeaving(response: ServerResponse): void {
  // The library asks for the status in a listener that it adds after this one.
  response.once('close', () => {
    if (!response.headersSent) response.statusCode = CLIENT_GONE;
  });
}
