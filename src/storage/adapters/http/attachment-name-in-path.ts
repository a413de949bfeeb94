import type { RequestHandler } from 'express';
import { InvalidAttachmentNameError } from '../../domain/errors.js';

const NAME = /^\/api\/v1\/chats\/[^/]+\/files\/by-name\/([^/]+)$/;

/**
 * Refuses names that are not percent-encoded UTF-8. The router decodes before any route is called, and would answer as for
 * any other path. Bytes that are not ASCII never come here: Node refuses the request line.
 */
export const attachmentNameInPath: RequestHandler = (request, _response, next) => {
  const [, name] = NAME.exec(request.path) ?? [];
  next(name === undefined || isDecodable(name) ? undefined : new InvalidAttachmentNameError());
};

function isDecodable(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}
