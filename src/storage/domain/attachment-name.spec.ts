import { describe, expect, it } from '@jest/globals';
import { assertAttachmentName, isAttachmentName } from './attachment-name.js';
import { InvalidAttachmentNameError, ReservedAttachmentNameError } from './errors.js';

const outcome = (name: string): string => {
  try {
    assertAttachmentName(name);
    return 'accepted';
  } catch (error) {
    if (error instanceof InvalidAttachmentNameError) return 'invalid';
    if (error instanceof ReservedAttachmentNameError) return 'reserved';
    throw error;
  }
};

describe('the name of an attachment', () => {
  it.each([
    'a',
    'report.pdf',
    '.hidden',
    '...',
    '. .',
    ' ',
    '-rf',
    '~',
    'a:b*c?d"e<f>g|h',
    '%2F',
    'CON',
    'ü',
    '日本語.txt',
    'тест',
    'ملف',
    'קובץ',
    '😀',
    'e\u0301',
    '\u200b',
    '\ufeffa',
    '\ufffd',
    'HISTORY.MD',
    'History.md',
    'history.md ',
    'history.md.bak',
    'history.mD',
  ])('may be %j', (name) => {
    expect([outcome(name), isAttachmentName(name)]).toEqual(['accepted', true]);
  });

  it.each([
    ['empty', ''],
    ['its directory', '.'],
    ["its directory's parent", '..'],
    ['a path', 'a/b'],
    ['a path of another system', 'a\\b'],
    ['a slash', '/'],
    ['a lone surrogate', 'a\ud800'],
    ['another lone surrogate', '\udc00a'],
  ])('may not be %s', (_, name) => {
    expect([outcome(name), isAttachmentName(name)]).toEqual(['invalid', false]);
  });

  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it.each([
    ['control characters', [...range(0, 0x1f), 0x7f, ...range(0x80, 0x9f)]],
    ['characters that turn the direction of text', [...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]],
  ])('may have no %s anywhere', (_, codes) => {
    for (const code of codes) {
      const character = String.fromCodePoint(code);
      for (const name of [character, `${character}a`, `a${character}b`, `a${character}`])
        expect([code, outcome(name)]).toEqual([code, 'invalid']);
    }
  });

  it.each([
    ['a', 1],
    ['ü', 2],
    ['日', 3],
    ['😀', 4],
  ])('of %s may have 255 bytes and not one more', (character, bytes) => {
    const full = character
      .repeat(Math.floor(255 / bytes))
      .padEnd(Math.floor(255 / bytes) + (255 % bytes) + (bytes === 4 ? Math.floor(255 / bytes) : 0), 'x');
    expect(Buffer.byteLength(full)).toBe(255);
    expect([outcome(full), outcome(`${full}x`)]).toEqual(['accepted', 'invalid']);
  });

  it('that the history has is reserved', () => {
    expect([outcome('history.md'), isAttachmentName('history.md')]).toEqual(['reserved', false]);
  });

  it('stays apart from what looks the same', () => {
    const [composed, decomposed] = ['\u00e9', 'e\u0301'];
    expect(composed.normalize('NFD')).toBe(decomposed);
    expect([outcome(composed), outcome(decomposed)]).toEqual(['accepted', 'accepted']);
    expect(Buffer.from(composed).equals(Buffer.from(decomposed))).toBe(false);
  });
});
