import type { ErrorAnswer } from './error-answer.js';

/** An answer to what is no request; `detail` is its code. */
export interface Refusal extends ErrorAnswer {
  readonly detail: string;
}

const refusal = (status: number, detail: string): Refusal => ({ status, detail, headers: {} });

/** By the codes of Node's and its parser's errors; all else that the parser finds is malformed. */
const ANSWERS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refusal(431, 'headers_too_large'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal(413, 'payload_too_large'),
  ERR_HTTP_REQUEST_TIMEOUT: refusal(408, 'request_timeout'),
};

/** @returns null when nobody is there to be answered: the connection itself has failed */
export function answerToFault({ code = '' }: NodeJS.ErrnoException): Refusal | null {
  return ANSWERS[code] ?? (code.startsWith('HPE_') ? refusal(400, 'malformed_request') : null);
}
