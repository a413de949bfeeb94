import { describe, expect, it } from '@jest/globals';
import { aRequest, handledBy } from '../../test/fakes/http.js';
import { MAX_HEADER_FIELDS, soundHeads, valuesOf } from './request-heads.js';

const HOST = ['Host', 'localhost'];
const fields = (count: number): string[] => Array.from({ length: count }, () => ['a', 'b']).flat();

describe('soundHeads', () => {
  it.each([
    ['one host', { rawHeaders: HOST }],
    ['HTTP/1.0 without a host', { rawHeaders: [], httpVersion: '1.0' as const }],
    ['as many fields as are read', { rawHeaders: [...HOST, ...fields(MAX_HEADER_FIELDS - 1)] }],
  ])('lets %s pass', (_, facts) => {
    expect(handledBy(soundHeads, facts).hasPassed).toBe(true);
  });

  it.each([
    ['no host', { rawHeaders: [] }, 400, 'malformed_request'],
    ['two hosts', { rawHeaders: [...HOST, 'hOST', 'x'] }, 400, 'malformed_request'],
    [
      'two hosts in HTTP/1.0',
      { rawHeaders: [...HOST, ...HOST], httpVersion: '1.0' as const },
      400,
      'malformed_request',
    ],
    ['one field too many', { rawHeaders: [...HOST, ...fields(MAX_HEADER_FIELDS)] }, 431, 'headers_too_large'],
    ['HTTP/2.0', { rawHeaders: HOST, httpVersion: '2.0' as const }, 505, 'http_version_not_supported'],
    ['HTTP/0.9', { rawHeaders: [], httpVersion: '0.9' as const }, 505, 'http_version_not_supported'],
  ])('refuses %s, and closes', (_, facts, status, detail) => {
    expect(handledBy(soundHeads, facts)).toMatchObject({
      hasPassed: false,
      status,
      body: { detail },
      headers: { Connection: 'close' },
    });
  });
});

describe('valuesOf', () => {
  it('has every value under the name, in any case, and none that is another’s', () => {
    const request = aRequest({ rawHeaders: ['A', '1', 'b', 'a', 'a', '2', 'aa', '3'] });
    expect(valuesOf(request, 'a')).toEqual(['1', '2']);
  });
});
