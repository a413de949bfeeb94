import { decodeExtended, parse } from 'content-disposition';
import { InvalidAttachmentNameError } from '../../domain/errors.js';
import { malformedMultipart } from './multipart-reader.js';

export interface PartHeaders {
  /** The field of the form. */
  readonly field: string;
  /** Null when the part is no file. */
  readonly fileName: string | null;
  /** As it was sent. */
  readonly contentType: string | null;
}

/**
 * @throws HttpError when the block is not that of a form's part; InvalidAttachmentNameError when a name in it is not
 * UTF-8: replaced characters would make one name of two
 */
export function parsePartHeaders(block: Buffer): PartHeaders {
  const headers = headersOf(decode(block));
  const disposition = headers.get('content-disposition');
  if (disposition === undefined) throw malformedMultipart();
  const { type, parameters } = parse(disposition, { multipart: true });
  if (type !== 'form-data' || parameters.name === undefined) throw malformedMultipart();
  return {
    field: parameters.name,
    fileName: fileNameOf(parameters),
    contentType: headers.get('content-type') ?? null,
  };
}

function decode(block: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(block);
  } catch {
    throw new InvalidAttachmentNameError();
  }
}

/** A bare line break ends no line: within a name it is a control character like others, which the name's rules refuse. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  const lines = text.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  for (const line of lines.filter((found) => found !== '')) {
    const [, name, value] = /^([^:\s]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined || headers.has(name.toLowerCase()))
      throw malformedMultipart();
    headers.set(name.toLowerCase(), withoutBlanksBehind(value));
  }
  return headers;
}

/** By hand: a pattern that looks for the end tries each blank on the way to it, in quadratic time. */
function withoutBlanksBehind(value: string): string {
  let end = value.length;
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end -= 1;
  return value.slice(0, end);
}

/** The parser puts `filename*` (RFC 8187), which some clients send, in the place of `filename` where it can decode it. */
function fileNameOf(parameters: Readonly<Record<string, string>>): string | null {
  const extended = parameters['filename*'];
  if (extended === undefined) return parameters.filename ?? null;
  const decoded = decodeExtended(extended);
  if (decoded === undefined) throw new InvalidAttachmentNameError();
  return decoded;
}
