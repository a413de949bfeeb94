import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Configuration, type SectionName } from './configuration.js';
import { keysOf } from './key-names.js';
import { PROJECT_ROOT } from './project-root.js';

const text = readFileSync(join(PROJECT_ROOT, 'config/app.yaml'), 'utf8');
const file = parse(text) as Record<string, Record<string, unknown>>;
const sections = Object.entries(new Configuration()) as [SectionName, Record<string, unknown>][];
const keys = sections.flatMap(([section, defaults]) =>
  keysOf(section, defaults).map((key) => ({ ...key, section, standard: defaults[key.property] })),
);

/** What stands at a name like `network_pool.size`. */
const valueAt = (section: unknown, name: string): unknown =>
  name.split('.').reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], section);

/** The names of a section's keys, those in a mapping of their own included. */
const namesIn = (section: Record<string, unknown>, known: readonly string[]): string[] =>
  Object.entries(section).flatMap(([name, value]) =>
    known.some((key) => key.startsWith(`${name}.`))
      ? Object.keys(value as object).map((key) => `${name}.${key}`)
      : [name],
  );

/** The comment behind the key, and the lines of comment right above it. */
function commentOf(section: string, key: string): string {
  const lines = text.split('\n');
  const sectionAt = lines.findIndex((line) => line.startsWith(`${section}:`));
  const indent = '  '.repeat(key.split('.').length);
  const start = `${indent}${key.split('.').at(-1) ?? ''}:`;
  const at = lines.findIndex((line, index) => index > sectionAt && line.startsWith(start));
  const above = lines.slice(0, at).reverse();
  const end = above.findIndex((line) => !/^\s*#/.test(line));
  return [...above.slice(0, end).reverse(), / #.*$/.exec(lines[at] ?? '')?.[0] ?? ''].join('\n');
}

describe('config/app.yaml', () => {
  it('has every section and every key, and no others', () => {
    expect(Object.keys(file)).toEqual(sections.map(([section]) => section));
    for (const [section, defaults] of sections) {
      const expected = keysOf(section, defaults).map(({ name }) => name);
      expect(namesIn(file[section] ?? {}, expected).sort()).toEqual(expected.sort());
    }
  });

  it.each(keys.map((key) => [`${key.section}.${key.name}`, key] as const))(
    'has the default of %s',
    (_, key) => {
      expect(valueAt(file[key.section], key.name)).toEqual(key.standard);
    },
  );

  it.each(keys.map((key) => [`${key.section}.${key.name}`, key] as const))(
    'explains %s, and names its variable',
    (_, { section, name, variable }) => {
      const comment = commentOf(section, name);
      expect(comment).toMatch(/# *\S/);
      expect(comment).toMatch(variable === null ? /\$\{NAME\}/ : new RegExp(`\\b${variable}\\b`));
    },
  );
});
