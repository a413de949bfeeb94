import type { ErrorAnswer } from './error-answer.js';

const refusal = (status: number, detail: string): ErrorAnswer => ({ status, detail, headers: {} });

/** By the codes of Node's and its parser's errors; all else that the parser finds is malformed. */
const ANSWERS: Readonly<Record<string, ErrorAnswer>> = {
  HPE_HEADER_OVERFLOW: refusal(431, 'headers_too_large'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal(413, 'payload_too_large'),
  ERR_HTTP_REQUEST_TIMEOUT: refusal(408, 'request_timeout'),
};

/** @returns null when nobody is there to be answered: the connection itself has failed */
export function answerToFault({ code = '' }: NodeJS.ErrnoException): ErrorAnswer | null {
  return ANSWERS[code] ?? (code.startsWith('HPE_') ? refusal(400, 'malformed_request') : null);
}
