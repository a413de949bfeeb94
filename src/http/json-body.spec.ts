import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../../test/fakes/http.js';
import { HttpError, RequestInvalidError } from './http-error.js';
import { JsonBodyReader } from './json-body.js';

const JSON_TYPE = 'application/json';

/** @returns what the handler finds as the body */
async function read(
  body: readonly (string | Buffer)[],
  headers: Record<string, string> = { 'content-type': JSON_TYPE },
): Promise<unknown> {
  const length = body.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
  const request = aRequest({
    method: 'POST',
    headers: { 'content-length': String(length), ...headers },
    body,
  });
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  await new JsonBodyReader().canActivate(context);
  return request.body;
}

const failure = (status: number, code: string): unknown => expect.objectContaining({ status, code });

describe('a JSON body', () => {
  it.each([
    ['{"a": [1, "ü", null]}', { a: [1, 'ü', null] }],
    ['[]', []],
    ['"text"', 'text'],
    ['null', null],
    [' {}\n', {}],
  ])('%s is read', async (text, expected) => {
    expect(await read([text])).toEqual(expected);
  });

  it('is read in pieces that split a character', async () => {
    const bytes = Buffer.from('"ü"');
    expect(await read([bytes.subarray(0, 2), bytes.subarray(2)])).toBe('ü');
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json;charset=utf8',
    'Application/JSON',
  ])('may be called %s', async (type) => {
    expect(await read(['{}'], { 'content-type': type })).toEqual({});
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
    'application/problem+json',
    'text/plain, application/json',
    '',
  ])('may not be called %j', async (type) => {
    await expect(read(['{}'], { 'content-type': type })).rejects.toEqual(
      failure(415, 'unsupported_media_type'),
    );
  });

  it('may not come without its type', async () => {
    await expect(read(['{}'], {})).rejects.toEqual(failure(415, 'unsupported_media_type'));
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, identity'])('may not be compressed by %s', async (encoding) => {
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': encoding };
    await expect(read(['{}'], headers)).rejects.toEqual(failure(415, 'unsupported_media_type'));
  });

  it('may be called uncompressed', async () => {
    expect(await read(['{}'], { 'content-type': JSON_TYPE, 'content-encoding': 'identity' })).toEqual({});
  });

  it.each([
    ['cut off', '{"a": '],
    ['followed by more', '{} {}'],
    ['of single quotes', "{'a': 1}"],
    ['a bare word', 'undefined'],
    ['blank', '  '],
    ['behind a byte order mark', '\ufeff{}'],
  ])('that is %s is malformed', async (_, text) => {
    await expect(read([text])).rejects.toEqual(failure(400, 'malformed_json'));
  });

  it('that is not UTF-8 is malformed', async () => {
    await expect(read([Buffer.from([0x22, 0xff, 0x22])])).rejects.toEqual(failure(400, 'malformed_json'));
  });

  it('that is shorter than announced is malformed', async () => {
    const headers = { 'content-type': JSON_TYPE, 'content-length': '10' };
    await expect(read(['{}'], headers)).rejects.toEqual(failure(400, 'malformed_json'));
  });

  it.each([{ 'content-length': '0' }, { 'content-length': '0', 'content-type': JSON_TYPE }])(
    'that is missing is a missing field (%j)',
    async (headers) => {
      await expect(read([], headers)).rejects.toEqual(
        new RequestInvalidError([{ loc: ['body'], msg: 'field required', type: 'missing' }]),
      );
    },
  );

  it('that does not come in its time is told so, and waits for nothing', async () => {
    const request = aRequest({
      method: 'POST',
      headers: { 'content-type': JSON_TYPE, 'content-length': '9' },
    });
    request.push = () => true;
    request._read = () => undefined;
    const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
    const read = new JsonBodyReader(false, 20).canActivate(context);
    await expect(read).rejects.toEqual(failure(408, 'request_timeout'));
  });

  describe('of 64 KiB', () => {
    const text = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

    it('is read', async () => {
      expect(await read([text(64 * 1024)])).toHaveLength(64 * 1024 - 2);
    });

    it.each([
      ['announced', { 'content-type': JSON_TYPE }],
      ['unannounced', { 'content-type': JSON_TYPE, 'transfer-encoding': 'chunked', 'content-length': '' }],
    ])('and one byte, %s, is too large', async (_, headers) => {
      await expect(read([text(64 * 1024 + 1)], headers)).rejects.toBeInstanceOf(HttpError);
      await expect(read([text(64 * 1024 + 1)], headers)).rejects.toEqual(failure(413, 'payload_too_large'));
    });
  });
});
