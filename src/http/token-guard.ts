import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { SecurityConfig } from '../config/sections.js';
import { isHealthPath } from './health-paths.js';
import { valuesOf } from './request-heads.js';
import { sendError } from './send-error.js';

const isDocsPath = (path: string): boolean =>
  path === '/openapi.json' || path === '/docs' || path.startsWith('/docs/');

/**
 * Asks for the token on every path that is not named here, known or unknown, in whatever spelling: what is open is
 * listed, all else is closed.
 */
export const tokenGuard = (security: SecurityConfig): RequestHandler => {
  const expected = security.apiToken === null ? null : digest(security.apiToken);
  const isOpen = (path: string): boolean => isHealthPath(path) || (security.publicDocs && isDocsPath(path));
  if (!security.requireToken) return (_request, _response, next) => next();
  return (request, response, next) => {
    const isDocs = isDocsPath(request.path);
    const isGranted =
      expected !== null &&
      tokensOf(request, security.tokenHeader, isDocs).some((token) =>
        timingSafeEqual(digest(token), expected),
      );
    if (isOpen(request.path) || isGranted) {
      next();
      return;
    }
    const challenge = isDocs
      ? 'Basic realm="Sandbox Master", charset="UTF-8"'
      : 'Bearer realm="Sandbox Master"';
    sendError(request, response, {
      status: 401,
      detail: 'unauthorized',
      headers: { 'WWW-Authenticate': challenge },
    });
  };
};

/** Digests are of one length, so that comparing them takes the same time whatever was sent. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Every token that the request offers; a browser that reads the documents offers it as a password. */
function tokensOf(request: Request, header: string, isDocs: boolean): string[] {
  const authorization = onlyValueOf(request, 'authorization') ?? '';
  const bearer = /^Bearer +(.+)$/is.exec(authorization)?.[1];
  const basic = isDocs ? /^Basic +(\S+)$/i.exec(authorization)?.[1] : undefined;
  const password = basic === undefined ? undefined : passwordOf(basic);
  const sent = [onlyValueOf(request, header.toLowerCase()), bearer].filter((token) => token !== undefined);
  // Header values arrive as Latin-1; a client may have meant UTF-8.
  const meant = sent.map((token) => Buffer.from(token, 'latin1').toString('utf8'));
  return [...sent, ...meant, ...(password === undefined ? [] : [password])];
}

/** A credential that is sent twice is none: who stands in front of the service may have looked at the other one. */
function onlyValueOf(request: Request, name: string): string | undefined {
  const values = valuesOf(request, name);
  return values.length === 1 ? values[0] : undefined;
}

const passwordOf = (credentials: string): string =>
  Buffer.from(credentials, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
