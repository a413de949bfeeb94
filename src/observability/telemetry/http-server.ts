import { createRequire } from 'node:module';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { isUnobservedPath } from './unobserved-paths.js';

/**
 * A span and a duration for every request but those of probes and scrapes. Requests of ours are left out: those to the
 * engine have spans of the runtime's adapter.
 */
export function observeHttpServer(): void {
  new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: ({ url = '' }) => isUnobservedPath(url),
    requestHook: (_span, request) => {
      nameByRoute(request);
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
