import { describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';
import fc from 'fast-check';
import { isAttachmentName } from '../../domain/attachment-name.js';
import { attachmentDisposition } from './attachment-disposition.js';

describe("a file's name in Content-Disposition", () => {
  it.each([
    ['notes.txt', '"notes.txt"', 'notes.txt'],
    ['my notes.txt', '"my notes.txt"', 'my%20notes.txt'],
    ['a;b.txt', '"a;b.txt"', 'a%3Bb.txt'],
    ['a"b.txt', '"a\\"b.txt"', 'a%22b.txt'],
    ['100%.txt', '"100%.txt"', '100%25.txt'],
    ['a%41.txt', '"a%41.txt"', 'a%2541.txt'],
    ["it's (1)*!~.txt", '"it\'s (1)*!~.txt"', 'it%27s%20%281%29%2A!~.txt'],
    ['ü.txt', '"?.txt"', '%C3%BC.txt'],
    ["日'本(1).txt", '"?\'?(1).txt"', '%E6%97%A5%27%E6%9C%AC%281%29.txt'],
    ['😀', '"?"', '%F0%9F%98%80'],
  ])('%s is told in ASCII and exactly', (name, ascii, exact) => {
    expect(attachmentDisposition(name)).toBe(`attachment; filename=${ascii}; filename*=UTF-8''${exact}`);
  });

  it('comes back as it was, and is one line of ASCII', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isAttachmentName);
    fc.assert(
      fc.property(name, (each) => {
        const header = attachmentDisposition(each);
        expect(header).toMatch(/^attachment; filename="[ -~]*"; filename\*=UTF-8''[!-~]*$/);
        expect(parse(header)).toMatchObject({ type: 'attachment', parameters: { filename: each } });
      }),
      { numRuns: 1000 },
    );
  });
});
