import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse as parseDisposition } from 'content-disposition';
import ts from 'typescript';
import { requestedRange } from '../../src/http/byte-range.js';
import { isAlreadyHeld, tagsToMatch } from '../../src/http/entity-tags.js';
import { parseMediaType } from '../../src/http/media-type.js';
import { parseUuid } from '../../src/kernel/uuid.js';
import { assertAttachmentName, isAttachmentName } from '../../src/storage/domain/attachment-name.js';
import { parsePartHeaders } from '../../src/storage/adapters/http/part-headers.js';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Characters, twice what a request's head may have. What is linear takes a millisecond for it; what is quadratic, 500
 * million steps, which are seconds.
 */
const LENGTH = 32_000;
const GENEROUS_MS = 400;

/** These see the configuration alone, or what system, database and engine write. */
const TRUSTED = [
  'src/config/',
  'src/persistence/',
  'src/sandbox/use-cases/volume-gate.ts',
  'src/sandbox/adapters/docker/engine-errors.ts',
];

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly regex: RegExp;
}

/** Every pattern that is written out in the source. */
function patternsIn(file: string): Pattern[] {
  const text = readFileSync(resolve(ROOT, file), 'utf8');
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const regex = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ file, source: node.text, regex });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

const PATTERNS = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.spec.ts') && !TRUSTED.some((trusted) => file.startsWith(trusted)))
  .sort()
  .flatMap(patternsIn);

/** What may be repeated to keep a pattern busy: its own characters, alone and in pairs, and what its classes stand for. */
function pumpsOf(source: string): string[] {
  const alone = [
    ...new Set([...Array.from(source.replace(/[\\^$*+?|{}]/g, '')), ' ', '\t', 'a', '0', 'x', '\n']),
  ];
  const words = source.match(/[\w:/;,="-]{2,}/g) ?? [];
  return [...alone, ...words, ...alone.flatMap((one) => [`${one} `, `${one}a`])];
}

/** How the input may begin, to get past what stands at the pattern's beginning. */
const prefixesOf = (source: string): string[] => [
  '',
  ...(source.match(/[A-Za-z/]{4,}[ =:]?/g) ?? []),
  '://',
  '"a",',
  'a:',
];

const SUFFIXES = ['', '\u0000', '!', 'x', '\n'];

/** @returns the milliseconds of the quickest of three: others use the machine as well */
function quickest(work: () => void): number {
  let best = Infinity;
  for (let tries = 0; tries < 3 && best > GENEROUS_MS; tries += 1) {
    const beganMs = performance.now();
    work();
    best = Math.min(best, performance.now() - beganMs);
  }
  return best;
}

describe('a pattern that meets what clients send', () => {
  it('is found in the source', () => {
    expect(PATTERNS.length).toBeGreaterThan(25);
  });

  it.each(PATTERNS)('$source of $file ends in linear time', ({ source, regex }) => {
    for (const prefix of prefixesOf(source)) {
      for (const pump of pumpsOf(source)) {
        const pumped = prefix + pump.repeat(LENGTH / pump.length);
        for (const suffix of SUFFIXES) {
          const input = pumped + suffix;
          const ms = quickest(() => {
            regex.lastIndex = 0;
            regex.test(input);
          });
          if (ms > GENEROUS_MS)
            throw new Error(`${Math.round(ms)} ms for ${JSON.stringify([prefix, pump, suffix])}`);
        }
      }
    }
  });

  it('is what this test can tell from one that does not', () => {
    const ms = quickest(() => ('a' + ' '.repeat(LENGTH) + 'b').replace(/ +$/, ''));
    expect(ms).toBeGreaterThan(GENEROUS_MS);
  });
});

const ignoringRefusal = (work: () => unknown): (() => void) => {
  return () => {
    try {
      work();
    } catch (error) {
      // That it is refused is all right; that it takes long is not.
      expect(error).toBeInstanceOf(Error);
    }
  };
};

const block = (header: string): Buffer =>
  Buffer.from(`Content-Disposition: form-data; name="file"; filename="x"\r\n${header}`);

/** What is behind several patterns, or behind those of a package. */
const PARSERS: readonly (readonly [string, (attack: string) => unknown, readonly string[]])[] = [
  [
    'If-None-Match',
    (text) => isAlreadyHeld(text, 'x'),
    ['"a", ', '"a",', ',', ' ,', 'W/', 'W/"a"', '"', '"a" '],
  ],
  ['If-Match', tagsToMatch, ['"a", ', '"a",', ',', ' ,', 'W/', 'W/"a"', '"', '"a" ']],
  ['Range', (text) => requestedRange(`bytes=${text}`, 10), ['0', ' ', '-', '0-', ',', '0-0,']],
  ['Content-Type', (text) => parseMediaType(`a/b${text}`), [';', '; ', ';a=b', ';a="b"', ';a="\\"', ' ;']],
  [
    'Content-Disposition',
    (text) => parseDisposition(`form-data${text}`, { multipart: true }),
    [';', '; ', ';a=b', ';a="\\', ';a*=', '; filename="%', '"', ' ', "; filename*=UTF-8''%41"],
  ],
  [
    'a part',
    (text) => parsePartHeaders(block(`X: a${text}`)),
    [' ', '\t', ' \t', '\r\n ', '\r\nX:', 'a ', ':'],
  ],
  ['a UUID', parseUuid, ['-', 'a', '0-', '00000000-']],
  ['a name', assertAttachmentName, ['a', '.', '\ud83d', ' ']],
  ['a listed name', isAttachmentName, ['a', '.', '\ud83d', ' ']],
];

describe('a parser of what clients send', () => {
  it.each(PARSERS)('of %s ends in linear time', (_, parse, pumps) => {
    for (const pump of pumps) {
      for (const suffix of SUFFIXES) {
        const attack = pump.repeat(LENGTH / pump.length) + suffix;
        const ms = quickest(ignoringRefusal(() => parse(attack)));
        expect([pump, suffix, ms < GENEROUS_MS]).toEqual([pump, suffix, true]);
      }
    }
  });
});
