import { describe, expect, it } from '@jest/globals';
import { EventLines } from './event-lines.js';

describe('the lines of a stream', () => {
  it.each([1, 2, 3, 5, 100])('are the same when they come in pieces of %d', (size) => {
    const text = '{"a":1}\n{"b":"x"}\n\n{"c":[]}\n';
    const lines = new EventLines();
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) found.push(...lines.add(text.slice(at, at + size)));
    expect(found).toEqual(['{"a":1}', '{"b":"x"}', '{"c":[]}']);
  });

  it('are given once they are whole', () => {
    const lines = new EventLines();
    expect(lines.add('{"a"')).toEqual([]);
    expect(lines.add(':1}')).toEqual([]);
    expect(lines.add('\n')).toEqual(['{"a":1}']);
  });

  it('do not grow without a bound', () => {
    const lines = new EventLines(10);
    expect(lines.add('0123456789')).toEqual([]);
    expect(() => lines.add('0')).toThrow('more than 10');
  });
});
