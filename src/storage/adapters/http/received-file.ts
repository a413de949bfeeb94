import type { Request } from 'express';
import { HttpError, type RequestFault, RequestInvalidError } from '../../../http/http-error.js';
import { parseMediaType } from '../../../http/media-type.js';
import {
  assertUncompressed,
  bodyOf,
  declaredLength,
  unsupportedMediaType,
} from '../../../http/request-body.js';
import type { FileToStore } from '../../use-cases/store-file.js';
import { declaredFileBytes } from './declared-file-bytes.js';
import { malformedMultipart, MultipartReader } from './multipart-reader.js';
import { parsePartHeaders } from './part-headers.js';

const FIELD = 'file';

/** RFC 2046, section 5.1.1. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

export type ReceivedFile = Pick<FileToStore, 'name' | 'contentType' | 'declaredBytes' | 'source'>;

/** The body itself is the file. @throws HttpError when it is compressed */
export function fileOfBody(request: Request, name: string): ReceivedFile {
  assertUncompressed(request);
  return {
    name,
    contentType: storableType(request.headers['content-type']),
    declaredBytes: declaredLength(request),
    source: bodyOf(request),
  };
}

/**
 * Reads a form with one file as far as to where the file's content begins, and has the work done with it. The source ends
 * only when the form has, and throws when it has more in it than the file or is cut off.
 * @throws HttpError, RequestInvalidError, InvalidAttachmentNameError, and what the work throws
 */
export async function withFileOfForm<T>(
  request: Request,
  work: (file: ReceivedFile) => Promise<T>,
): Promise<T> {
  const boundary = boundaryOf(request);
  const body = bodyOf(request);
  try {
    const reader = new MultipartReader(body, boundary);
    const facts = { bodyBytes: declaredLength(request), boundary };
    return await work(await fileOf(reader, facts));
  } catch (error) {
    throw isIncomplete(error) ? malformedMultipart() : error;
  } finally {
    // Not waited for: it may be in the middle of a read that ends only with the client's next bytes.
    void body.return();
  }
}

function boundaryOf(request: Request): string {
  assertUncompressed(request);
  const type = parseMediaType(request.headers['content-type']);
  const boundary = type?.parameters.get('boundary');
  if (type?.essence !== 'multipart/form-data' || boundary === undefined || !BOUNDARY.test(boundary))
    throw unsupportedMediaType();
  return boundary;
}

async function fileOf(
  reader: MultipartReader,
  facts: { readonly bodyBytes: number | null; readonly boundary: string },
): Promise<ReceivedFile> {
  const block = await reader.firstPart();
  if (block === null) throw new RequestInvalidError([MISSING]);
  const { field, fileName, contentType } = parsePartHeaders(block);
  if (field !== FIELD) throw new RequestInvalidError([extra(field)]);
  if (fileName === null) throw new RequestInvalidError([MISSING]);
  return {
    name: fileName,
    contentType: storableType(contentType ?? undefined),
    declaredBytes: declaredFileBytes({ ...facts, contentOffset: reader.offset }),
    source: contentOfOnlyPart(reader),
  };
}

async function* contentOfOnlyPart(reader: MultipartReader): AsyncGenerator<Buffer, void, undefined> {
  yield* reader.content();
  const another = await reader.nextPart();
  if (another !== null) throw new RequestInvalidError([extra(parsePartHeaders(another).field)]);
}

const MISSING: RequestFault = { loc: ['body', FIELD], msg: 'a file is required', type: 'missing' };

const extra = (field: string): RequestFault => ({
  loc: ['body', field],
  msg: `only one part, the file \`${FIELD}\`, is taken`,
  type: 'extra_forbidden',
});

/** What is no media type is as good as none: it could not be sent back. */
const storableType = (type: string | undefined): string | null =>
  type !== undefined && parseMediaType(type) !== null ? type : null;

const isIncomplete = (error: unknown): boolean =>
  error instanceof HttpError && error.code === 'incomplete_body';
