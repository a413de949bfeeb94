import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { toOriginForm } from './request-target.js';

const brought = (url: string): unknown[] => {
  const request = { url, headers: { host: 'sent' } } as unknown as IncomingMessage;
  toOriginForm(request);
  return [request.url, request.headers.host];
};

describe('toOriginForm', () => {
  it.each(['/', '/a?b=http://c/d', '//a/b', '*', '/http://a/b', ''])('leaves %j as it is', (url) => {
    expect(brought(url)).toEqual([url, 'sent']);
  });

  it.each([
    ['http://a/b?c#d', '/b?c#d', 'a'],
    ['HTTPS://a:1/', '/', 'a:1'],
    ['http://a', '/', 'a'],
    ['http://a?b', '/?b', 'a'],
    ['http://a#b', '/#b', 'a'],
    ['http://u:p@a//b', '//b', 'u:p@a'],
    ['http://[/b', '/b', '['],
    ['x://', '/', ''],
    ['http:///b', '/b', ''],
  ])('brings %j to %j of the host %j', (url, path, host) => {
    expect(brought(url)).toEqual([path, host]);
  });
});
