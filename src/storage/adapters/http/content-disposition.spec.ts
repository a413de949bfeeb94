import { describe, expect, it } from '@jest/globals';
import { create, parse } from 'content-disposition';
import fc from 'fast-check';
import { isAttachmentName } from '../../domain/attachment-name.js';

describe("a file's name in Content-Disposition", () => {
  it.each([
    ['notes.txt', 'attachment; filename=notes.txt'],
    ['my notes.txt', 'attachment; filename="my notes.txt"'],
    ['a;b.txt', 'attachment; filename="a;b.txt"'],
    ['a"b.txt', 'attachment; filename="a\\"b.txt"'],
    ['100%.txt', 'attachment; filename=100%.txt'],
    ['a%41.txt', "attachment; filename=a%41.txt; filename*=UTF-8''a%2541.txt"],
    ['ü.txt', 'attachment; filename="?.txt"; filename*=UTF-8\'\'%C3%BC.txt'],
    [
      "日'本(1).txt",
      "attachment; filename=\"?'?(1).txt\"; filename*=UTF-8''%E6%97%A5%27%E6%9C%AC%281%29.txt",
    ],
    ['😀', 'attachment; filename="??"; filename*=UTF-8\'\'%F0%9F%98%80'],
  ])('%s is %s', (name, header) => {
    expect(create(name)).toBe(header);
  });

  it('comes back as it was, and is one line of ASCII', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isAttachmentName);
    fc.assert(
      fc.property(name, (each) => {
        const header = create(each);
        expect(header).toMatch(/^attachment; filename[ -~]*$/);
        expect(parse(header)).toMatchObject({ type: 'attachment', parameters: { filename: each } });
      }),
      { numRuns: 1000 },
    );
  });
});
