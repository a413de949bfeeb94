import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { isLoopback } from '../config/configuration-rules.js';
import type { SecurityConfig } from '../config/sections.js';
import { sendError } from './send-error.js';

/**
 * Keeps foreign web pages out of a service that asks for no token: a page's requests carry its origin, and one that
 * points a name of its own at this address (DNS rebinding) carries that name as the host.
 */
export const originGuard = (security: SecurityConfig): RequestHandler => {
  return (request, response, next) => {
    const { host = '', origin } = request.headers;
    const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
    if (
      security.requireToken ||
      (isOwnOrigin && isAcceptableHost(host, security.allowUnauthenticatedNetwork))
    ) {
      next();
      return;
    }
    sendError(request, response, { status: 403, detail: 'forbidden_origin', headers: {} });
  };
};

/**
 * A service that was opened to the network is reached by address or by a name of that network, such as a container's;
 * a page from elsewhere can only come under a name with a dot in it.
 */
function isAcceptableHost(host: string, isOpenToNetwork: boolean): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (isLoopback(name)) return true;
  return isOpenToNetwork && (isIP(name) !== 0 || /^[a-z0-9_-]+$/.test(name));
}
