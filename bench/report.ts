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

/** What the median of the ratios may be. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** A figure of both sides. @param goal none: reported only */
export function ratioRow(figure: string, unit: string, pairs: readonly Pair[], goal?: Goal): Row {
  const ratios = pairs.map(({ service, floor }) => service / floor);
  const ratio = median(ratios);
  const isMissed = goal !== undefined && ('atMost' in goal ? ratio > goal.atMost : ratio < goal.atLeast);
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
    goal === undefined ? '' : told(goal),
    goal === undefined ? '' : isMissed ? 'MISSED' : 'pass',
  ];
  return { cells, isMissed };
}

const told = (goal: Goal): string =>
  'atMost' in goal ? `<= ${goal.atMost.toFixed(2)}` : `>= ${goal.atLeast.toFixed(2)}`;

/** A figure of the service's alone. @param shown with its unit */
export function atMostRow(figure: string, shown: string, value: number, goal: number): Row {
  const isMissed = value > goal;
  return { cells: [figure, shown, '', '', '', '', `<= ${goal}`, isMissed ? 'MISSED' : 'pass'], isMissed };
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
