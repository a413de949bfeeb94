import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../config/project-root.js';
import { KNOWN_COUNTERS, KNOWN_GAUGES, KNOWN_HISTOGRAMS } from './metric-catalogue.js';

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const captured = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

const MANUAL = read('docs/operations.md');
const ALERTS = read('config/observability/alerts.yaml');

/** As GitHub makes them of headings. */
const anchors = captured(MANUAL, /^#+ (.+)$/gm).map((heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

/** What stands between a heading and the next of its rank or above. */
function section(heading: string): string {
  const [rank = ''] = heading.split(' ');
  const [, text = ''] = MANUAL.split(`\n${heading}\n`);
  return text.split(new RegExp(`^#{1,${rank.length}} `, 'm'))[0] ?? '';
}

/** The first cells of a section's tables, taken apart: `{a,b}` in a name stands for two names. */
const firstCells = (text: string): string[] =>
  captured(text, /^\| (`[^|]+) \|/gm)
    .flatMap((cell) => captured(cell, /`([^`]+)`/g))
    .flatMap((name) => {
      const [all, alternatives = ''] = /\{(.+)\}/.exec(name) ?? [];
      return all === undefined ? [name] : alternatives.split(',').map((each) => name.replace(all, each));
    });

/** Every name that a logger is given, also where it is one of two. */
function loggedEvents(): string[] {
  const files = globSync('src/**/*.ts', { cwd: PROJECT_ROOT }).filter((path) => !path.endsWith('.spec.ts'));
  const calls = /(?:logger(?:\.(?:debug|info|warn|error)|\[[^\]]+\])|this\.tell)\(([^{;]*)/g;
  const names = files
    .flatMap((path) => captured(read(path), calls))
    .flatMap((words) => captured(words, /(?<!=== )'([a-z]+(?:_[a-z]+)*)'/g));
  return [...new Set(names)].filter((name) => !['debug', 'info', 'warn', 'error'].includes(name)).sort();
}

describe('docs/operations.md', () => {
  it('has the section that each alert leads to', () => {
    const alerts = captured(ALERTS, /alert: (\w+)/g);
    const runbooks = captured(ALERTS, /runbook: docs\/operations\.md#(\S+)/g);
    expect(runbooks).toEqual(alerts.map((name) => name.toLowerCase()));
    expect(runbooks.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  it('has every section that it refers to, each once', () => {
    const links = captured(MANUAL, /\]\(#([^)]+)\)/g);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  it('explains every event that is logged, and no other', () => {
    const events = loggedEvents();
    expect(events.length).toBeGreaterThan(40);
    expect(firstCells(section('## Log')).sort()).toEqual(events);
  });

  it('explains every metric of ours', () => {
    const known = [KNOWN_COUNTERS, KNOWN_HISTOGRAMS, KNOWN_GAUGES].flatMap((names) => Object.keys(names));
    const told = firstCells(section('## Metrics and traces'));
    expect(known.filter((name) => !told.includes(name))).toEqual([]);
    expect(told).toContain('http.server.request.duration');
  });
});
