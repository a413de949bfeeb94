import { type Breakdown } from '#breakdown';
import { median, type Pair, quantile } from '#pairs';

export interface Row {
  readonly cells: readonly string[];
  readonly isMissed: boolean;
}

const HEAD = [
  'figure',
  'service median',
  'floor median',
  'ratio median',
  'p25–p75 of ratios',
  'pairs',
  'goal',
  'result',
];

/** What the median of the ratios must be. */
export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A figure of both sides. @param goal none: reported only */
export function ratioRow(figure: string, unit: string, pairs: readonly Pair[], goal: Goal = {}): Row {
  const ratios = pairs.map(({ service, floor }) => service / floor);
  const ratio = median(ratios);
  const { atMost = Infinity, atLeast = 0 } = goal;
  const isMissed = ratio > atMost || ratio < atLeast;
  const show = (values: readonly number[]): string => {
    const value = median(values);
    return `${value.toFixed(value < 1000 ? 1 : 0)} ${unit}`;
  };
  const cells = [
    figure,
    show(pairs.map(({ service }) => service)),
    show(pairs.map(({ floor }) => floor)),
    ratio.toFixed(3),
    `${quantile(ratios, 0.25).toFixed(3)}–${quantile(ratios, 0.75).toFixed(3)}`,
    String(pairs.length),
    [
      ...(goal.atMost === undefined ? [] : [`<= ${goal.atMost.toFixed(2)}`]),
      ...(goal.atLeast === undefined ? [] : [`>= ${goal.atLeast.toFixed(2)}`]),
    ].join(', '),
    Object.keys(goal).length === 0 ? '' : isMissed ? 'MISSED' : 'pass',
  ];
  return { cells, isMissed };
}

/** A number of calls that must be exactly so. */
export function countRow(figure: string, count: number, starts: number, goal: number): Row {
  const isMissed = count !== goal;
  const result = isMissed ? 'MISSED' : 'pass';
  return { cells: [figure, String(count), '', '', '', String(starts), `= ${goal}`, result], isMissed };
}

/** A table that reads well in a terminal and in Markdown. */
export const tableOf = (rows: readonly Row[]): string => table([HEAD, ...rows.map(({ cells }) => cells)]);

export function breakdownOf(title: string, breakdown: Breakdown): string {
  const rows = [...breakdown].map(([part, ms]) => [part, ms.toFixed(2)]);
  return table([[title, 'median ms'], ...rows]);
}

function table(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines;
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const draw = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first = '', ...rest] = lines.map(draw);
  return [first, rule, ...rest].join('\n');
}
