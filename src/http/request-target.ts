import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^[a-z]+:\/\/([^/?#]*)(.*)$/i;

/**
 * Brings `GET http://host/path` into the form of all other requests; its host counts instead of the header's (RFC 9112,
 * section 3.2.2). Express finds no path in some of these, and would then answer by itself, past everything of ours.
 */
export function toOriginForm(request: IncomingMessage): void {
  if (request.url?.startsWith('/') === true) return;
  const [, authority, rest] = ABSOLUTE.exec(request.url ?? '') ?? [];
  if (authority === undefined || rest === undefined) return;
  request.headers.host = authority;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
}
