import { describe, expect, it } from '@jest/globals';
import { parseMediaType } from './media-type.js';

describe('parseMediaType', () => {
  it.each([
    ['text/plain', 'text/plain', {}],
    ['Text/Plain ; Charset="UTF-8"', 'text/plain', { charset: 'UTF-8' }],
    ['a/b;x=1;;X=2; y="q\\"; z"', 'a/b', { x: '1', y: 'q"; z' }],
    ['application/vnd.a+json;', 'application/vnd.a+json', {}],
    [`a/${'b'.repeat(253)}`, `a/${'b'.repeat(253)}`, {}],
  ])('takes %j', (text, essence, parameters) => {
    const type = parseMediaType(text);
    expect([type?.essence, Object.fromEntries(type?.parameters ?? [])]).toEqual([essence, parameters]);
  });

  it.each([
    undefined,
    '',
    'text',
    'text/',
    '/plain',
    'text/plain/x',
    'text plain/x',
    'text/plain x',
    'text/plain; charset',
    'text/plain; charset=',
    'text/plain; charset="x',
    'text/plain, text/html',
    'text/plän',
    'text/plain\r\nX: y',
    `a/${'b'.repeat(254)}`,
  ])('does not take %j', (text) => {
    expect(parseMediaType(text)).toBeNull();
  });

  it('is quick with what is made to be slow', () => {
    const beganMs = performance.now();
    parseMediaType(`a/b${';a='.repeat(80)}`);
    parseMediaType(`a/b;${' '.repeat(250)}`);
    parseMediaType(`a/b${' ; '.repeat(80)}"`);
    expect(performance.now() - beganMs).toBeLessThan(200);
  });
});
